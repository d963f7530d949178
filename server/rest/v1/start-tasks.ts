import type { AppConversationStartTask } from "../../../contract/index.ts";
import { shownRequest } from "../../conversations/start-sequence.ts";
import type { StartTask, StartTasks } from "../../conversations/start-tasks.ts";
import { originOf } from "../../http/origin.ts";
import type { Origin } from "../../http/origin.ts";
import type { ServerHandlers } from "../../http/router.ts";
import { pageOf } from "./position.ts";

export function startTasksHandlers(tasks: StartTasks): ServerHandlers["startTasks"] {
  return {
    async search({ query }, { principal, headers }) {
      const { sort_order, conversation_id__eq: started, created_at__gte: createdFrom } = query;
      const { items, next_page_id } = await pageOf(
        query,
        (page) => tasks.list({ userId: principal.userId, started, createdFrom }, { order: sort_order, ...page }),
        ({ createdAt, updatedAt }) => (sort_order.startsWith("CREATED_AT") ? createdAt : updatedAt),
      );
      return {
        status: 200,
        body: { items: items.map((task) => startTaskInfo(task, originOf(headers))), next_page_id },
      };
    },
    async count({ query }, { principal }) {
      const { conversation_id__eq: started, created_at__gte: createdFrom } = query;
      return { status: 200, body: await tasks.count({ userId: principal.userId, started, createdFrom }) };
    },
    async getMany({ query }, { principal, headers }) {
      const found = await tasks.many(principal, query.ids);
      return { status: 200, body: found.map((task) => task && startTaskInfo(task, originOf(headers))) };
    },
  };
}

/** A task as its user sees it. */
export function startTaskInfo(task: StartTask, { url }: Origin): AppConversationStartTask {
  const { id, userId, status, detail, sandboxId, conversationId, createdAt, updatedAt } = task;
  return {
    id,
    created_by_user_id: userId,
    status,
    detail,
    app_conversation_id: status === "READY" ? conversationId : null,
    sandbox_id: sandboxId,
    agent_server_url: status === "READY" || status === "STARTING_CONVERSATION" ? url : null,
    request: shownRequest(task.request),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
