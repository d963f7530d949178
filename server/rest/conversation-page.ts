import type { ConversationInfo, RuntimeStatus } from "../../contract/index.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import { shownRepository } from "../conversations/repository-name.ts";
import { validationFailed } from "../http/errors.ts";
import type { ConversationFilter, ConversationRecord } from "../store/store.ts";

export interface ConversationPageDeps {
  readonly conversations: ConversationService;
  /** How many sockets are connected to a conversation. */
  readonly connections: (conversationId: string) => number;
}

/** Which conversations a page is to hold, as the query says it. */
interface PageRequest extends Pick<ConversationFilter, "userId" | "repository" | "trigger" | "limit"> {
  readonly pageId: string | undefined;
}

/** @throws {ApiError} `validation_failed` for a page id that no page has had */
export async function conversationPage(
  { conversations, connections }: ConversationPageDeps,
  { pageId, limit, ...filter }: PageRequest,
): Promise<{ results: ConversationInfo[]; next_page_id: string | null }> {
  // One more than asked for tells whether there is a next page, so that no page with a successor is the last.
  const after = pageId === undefined ? undefined : positionOf(pageId);
  const records = await conversations.list({ ...filter, after, limit: limit + 1 });
  const page = records.slice(0, limit);
  const last = page.at(-1);
  return {
    results: page.map((record) => conversationInfo(record, connections(record.id))),
    next_page_id: records.length > page.length && last ? pageIdOf(last) : null,
  };
}

/** A conversation as clients see it. */
export function conversationInfo(record: ConversationRecord, connections: number): ConversationInfo {
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
    conversation_version: record.version,
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
