import type { AppConversationStartRequest } from "../../../contract/index.ts";
import type { StartTask, StartTasks } from "../../conversations/start-tasks.ts";
import { validationFailed } from "../../http/errors.ts";
import { JsonStream } from "../../http/json-text.ts";
import { originOf } from "../../http/origin.ts";
import type { RequestContext, ServerHandlers } from "../../http/router.ts";
import type { ConversationCriteria, ConversationStore } from "../../store/store.ts";
import { appConversations } from "./app-conversation-info.ts";
import type { AppConversationDeps } from "./app-conversation-info.ts";
import { pageOf } from "./position.ts";
import { startTaskInfo } from "./start-tasks.ts";

export interface AppConversationsDeps extends AppConversationDeps {
  readonly conversationStore: Pick<ConversationStore, "children" | "list" | "count" | "many">;
  readonly startTasks: StartTasks;
}

export function appConversationsHandlers(deps: AppConversationsDeps): ServerHandlers["appConversations"] {
  const { conversationStore, startTasks } = deps;
  return {
    async search({ query }, { principal, headers }) {
      const criteria = criteriaOf(principal.userId, query);
      const { items, next_page_id } = await pageOf(
        query,
        ({ after, limit }) =>
          conversationStore.list({ ...criteria, after: after && { createdAt: after.time, id: after.id }, limit }),
        ({ createdAt }) => createdAt,
      );
      return { status: 200, body: { items: await appConversations(deps, items, originOf(headers)), next_page_id } };
    },
    async count({ query }, { principal }) {
      return { status: 200, body: await conversationStore.count(criteriaOf(principal.userId, query)) };
    },
    async getMany({ query }, { principal, headers }) {
      const records = await conversationStore.many(principal.userId, query.ids);
      const found = await appConversations(deps, records, originOf(headers));
      return { status: 200, body: query.ids.map((id) => found.find((each) => each.id === id) ?? null) };
    },
    async start({ body }, { principal, headers, receiptOf }) {
      assertUserSpeaks(body);
      const answer = (task: StartTask) => ({ status: 200, body: startTaskInfo(task, originOf(headers)) }) as const;
      return answer((await startTasks.begin(principal, body, (task) => receiptOf(answer(task)))).task);
    },
    async streamStart({ body }, { principal, headers }) {
      assertUserSpeaks(body);
      const { states } = await startTasks.begin(principal, body);
      return { status: 200, body: JsonStream.ofEach(textsOf(states, headers)) };
    },
  };
}

async function* textsOf(states: AsyncIterable<StartTask>, headers: RequestContext["headers"]): AsyncGenerator<string> {
  for await (const task of states) yield JSON.stringify(startTaskInfo(task, originOf(headers)));
}

/** @throws {ApiError} `validation_failed`: nobody else can begin a conversation */
function assertUserSpeaks({ initial_message }: AppConversationStartRequest): void {
  if (initial_message && initial_message.role !== "user")
    throw validationFailed([
      { in: "body", path: "initial_message.role", message: "must be user: the others answer to somebody" },
    ]);
}

interface Filters {
  readonly title__contains?: string | undefined;
  readonly created_at__gte?: string | undefined;
  readonly created_at__lt?: string | undefined;
  readonly updated_at__gte?: string | undefined;
  readonly updated_at__lt?: string | undefined;
  readonly include_sub_conversations: boolean;
}

function criteriaOf(userId: string, query: Filters): ConversationCriteria {
  return {
    userId,
    topOnly: !query.include_sub_conversations,
    titleContains: query.title__contains,
    createdFrom: query.created_at__gte,
    createdBefore: query.created_at__lt,
    updatedFrom: query.updated_at__gte,
    updatedBefore: query.updated_at__lt,
  };
}
