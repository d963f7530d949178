import type { ConversationResponse } from "../../contract/index.ts";
import { originOf } from "../http/origin.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { ConversationRecord } from "../store/store.ts";
import { newConversation } from "./conversation-creation.ts";
import { conversationInfos, conversationPage } from "./conversation-page.ts";
import type { ConversationPageDeps } from "./conversation-page.ts";

export interface ConversationsDeps extends ConversationPageDeps {
  /** Whether clients may choose the ids of conversations. */
  readonly allowIds: boolean;
}

export function conversationsHandlers(deps: ConversationsDeps): ServerHandlers["conversations"] {
  const { conversations, allowIds } = deps;
  return {
    async create({ body }, { principal, receiptOf }) {
      const answer = (record: ConversationRecord) => ({ status: 200, body: acknowledgement(record, null) }) as const;
      const request = newConversation(body, principal, { allowIds });
      return answer(await conversations.create(principal, request, (record) => receiptOf(answer(record))));
    },
    async list({ query }, context) {
      const { page_id, limit, selected_repository, conversation_trigger, include_sub_conversations } = query;
      const filter = { repository: selected_repository, trigger: conversation_trigger };
      const which = { userId: context.principal.userId, ...filter, topOnly: !include_sub_conversations };
      const page = await conversationPage(deps, { ...which, limit, pageId: page_id }, context);
      return { status: 200, body: page };
    },
    async get({ params }, { principal, headers }) {
      const record = await conversations.get(principal, params.conversation_id);
      const [info] = await conversationInfos(deps, [record], originOf(headers));
      if (!info) throw new Error("a conversation that was found has no info");
      return { status: 200, body: info };
    },
    async rename({ params, body }, { principal }) {
      await conversations.rename(principal, params.conversation_id, body.title);
      return { status: 200, body: { success: true } };
    },
    async delete({ params }, { principal }) {
      await conversations.delete(principal, params.conversation_id);
      return { status: 200, body: { success: true } };
    },
    async start({ params }, { principal }) {
      const record = await conversations.start(principal, params.conversation_id);
      return { status: 200, body: acknowledgement(record, null) };
    },
    async stop({ params }, { principal }) {
      const record = await conversations.stop(principal, params.conversation_id);
      return { status: 200, body: acknowledgement(record, "The conversation has been stopped.") };
    },
  };
}

function acknowledgement({ id, status }: ConversationRecord, message: string | null): ConversationResponse {
  return { success: true, status: "ok", conversation_id: id, message, conversation_status: status };
}
