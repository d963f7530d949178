import type { AppConversation, ConversationExecutionStatus } from "../../../contract/index.ts";
import type { EventLog } from "../../conversations/event-log.ts";
import { shownRepository } from "../../conversations/repository-name.ts";
import { executionStatusOf } from "../../conversations/v1/conversation-state.ts";
import type { Origin } from "../../http/origin.ts";
import type { SandboxKeys } from "../../identity/sandbox-keys.ts";
import { sandboxStatuses } from "../../sandboxes/status.ts";
import type { ConversationRecord, ConversationStore, SandboxRecord, SandboxStore } from "../../store/store.ts";

export interface AppConversationDeps {
  readonly conversationStore: Pick<ConversationStore, "children">;
  readonly sandboxStore: Pick<SandboxStore, "many">;
  readonly sandboxKeys: Pick<SandboxKeys, "of">;
  readonly log: Pick<EventLog, "find">;
}

/** Conversations of one user as V1 shows them, whichever version they were created with. */
export async function appConversations(
  { conversationStore, sandboxStore, sandboxKeys, log }: AppConversationDeps,
  records: readonly ConversationRecord[],
  origin: Origin,
): Promise<AppConversation[]> {
  const [first] = records;
  if (!first) return [];
  const ids = records.map(({ id }) => id);
  const children = Map.groupBy(await conversationStore.children(ids), ({ parentId }) => parentId);
  const found = await sandboxStore.many(first.userId, [...new Set(records.map(({ sandboxId }) => sandboxId))]);
  const sandboxes = new Map(found.map((sandbox) => [sandbox.id, sandbox]));
  return Promise.all(
    records.map(async (record) => {
      const subIds = (children.get(record.id) ?? []).map(({ id }) => id);
      const execution = record.status === "RUNNING" ? await executionStatusOf(log, record) : null;
      return appConversation(record, { subIds, execution, ...reach(record, sandboxes, sandboxKeys, origin) });
    }),
  );
}

/** How a conversation is reached: where, and with which key. */
export interface Reach {
  readonly url: string | null;
  readonly key: string | null;
}

/** How a conversation is reached; nulls unless it runs. */
export function reach(
  { id, sandboxId, status }: ConversationRecord,
  sandboxes: ReadonlyMap<string, SandboxRecord>,
  keys: Pick<SandboxKeys, "of">,
  { url }: Origin,
): Reach {
  const sandbox = sandboxes.get(sandboxId);
  if (status !== "RUNNING" || !sandbox) return { url: null, key: null };
  return { url: `${url}/api/conversations/${id}`, key: keys.of(sandbox) };
}

function appConversation(
  record: ConversationRecord,
  { subIds, execution, url, key }: Reach & { subIds: string[]; execution: ConversationExecutionStatus | null },
): AppConversation {
  return {
    id: record.id,
    created_by_user_id: record.userId,
    sandbox_id: record.sandboxId,
    selected_repository: record.repository && shownRepository(record.repository),
    selected_branch: record.branch,
    git_provider: record.gitProvider,
    title: record.title,
    trigger: record.trigger,
    pr_number: [...record.prNumbers],
    llm_model: record.llmModel,
    metrics: noMetrics,
    parent_conversation_id: record.parentId,
    sub_conversation_ids: subIds,
    created_at: record.createdAt,
    updated_at: record.updatedAt ?? record.createdAt,
    sandbox_status: sandboxStatuses[record.status],
    execution_status: execution,
    conversation_url: url,
    session_api_key: key,
  };
}

/** As upstream shows it; what a conversation has used is in the events. */
const noMetrics: AppConversation["metrics"] = {
  model_name: "default",
  accumulated_cost: 0,
  max_budget_per_task: null,
  accumulated_token_usage: {
    model: "",
    prompt_tokens: 0,
    completion_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    context_window: 0,
    per_turn_token: 0,
    response_id: "",
  },
};
