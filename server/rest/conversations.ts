import type { ConversationInfo, ConversationResponse, RuntimeStatus } from "../../contract/index.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import { shownRepository } from "../conversations/repository-name.ts";
import { validationFailed } from "../http/errors.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { ConversationRecord } from "../store/store.ts";
import { newConversation } from "./conversation-creation.ts";

export interface ConversationsDeps {
  readonly conversations: ConversationService;
  /** Whether clients may choose the ids of conversations. */
  readonly allowIds: boolean;
  /** How many sockets are connected to a conversation. */
  readonly connections: (conversationId: string) => number;
}

export function conversationsHandlers({
  conversations,
  allowIds,
  connections,
}: ConversationsDeps): ServerHandlers["conversations"] {
  return {
    async create({ body }, { principal }) {
      const record = await conversations.create(principal, newConversation(body, principal, { allowIds }));
      return { status: 200, body: acknowledgement(record, null) };
    },
    async list({ query }, { principal }) {
      // One more than asked for tells whether there is a next page, so that no page with a successor is the last.
      const records = await conversations.list({
        userId: principal.userId,
        repository: query.selected_repository,
        trigger: query.conversation_trigger,
        after: query.page_id === undefined ? undefined : positionOf(query.page_id),
        limit: query.limit + 1,
      });
      const page = records.slice(0, query.limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          results: page.map((record) => conversationInfo(record, connections(record.id))),
          next_page_id: records.length > page.length && last ? pageIdOf(last) : null,
        },
      };
    },
    async get({ params }, { principal }) {
      const record = await conversations.get(principal, params.conversation_id);
      return { status: 200, body: conversationInfo(record, connections(record.id)) };
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

function conversationInfo(record: ConversationRecord, connections: number): ConversationInfo {
  return {
    conversation_id: record.id,
    title: record.title,
    last_updated_at: record.updatedAt,
    status: record.status,
    runtime_status: runtimeStatus(record),
    selected_repository: record.repository === null ? null : shownRepository(record.repository),
    selected_branch: record.branch,
    git_provider: record.gitProvider,
    trigger: record.trigger,
    num_connections: connections,
    url: record.status === "STOPPED" ? null : `/api/conversations/${record.id}`,
    session_api_key: null,
    created_at: record.createdAt,
    pr_number: [],
    conversation_version: "V0",
    sub_conversation_ids: [],
  };
}

function runtimeStatus({ status, repository }: ConversationRecord): RuntimeStatus {
  switch (status) {
    case "STARTING":
      return repository === null ? "STATUS$STARTING_RUNTIME" : "STATUS$SETTING_UP_WORKSPACE";
    case "RUNNING":
      return "STATUS$READY";
    case "ERROR":
      return "STATUS$ERROR";
    case "STOPPED":
    case "ARCHIVED":
      return "STATUS$STOPPED";
  }
}

/** A page begins after a conversation, not at a count: what is created or deleted meanwhile moves nothing. */
function pageIdOf({ createdAt, id }: Pick<ConversationRecord, "createdAt" | "id">): string {
  return Buffer.from(`${createdAt} ${id}`).toString("base64url");
}

/** @throws {ApiError} `validation_failed` for what `pageIdOf` has not made */
function positionOf(pageId: string): { createdAt: string; id: string } {
  const match = /^(?<createdAt>[\d-]{10}T[\d:.]{12}Z) (?<id>[0-9a-f]{32})$/.exec(
    Buffer.from(pageId, "base64url").toString(),
  );
  const { createdAt, id } = match?.groups ?? {};
  // Base64 is read leniently: other texts would give the same position.
  if (createdAt === undefined || id === undefined || pageIdOf({ createdAt, id }) !== pageId) {
    throw validationFailed([{ in: "query", path: "page_id", message: "must be a next_page_id of an earlier answer" }]);
  }
  return { createdAt, id };
}
