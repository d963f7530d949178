import type { ConversationInfo, RuntimeStatus } from "../../contract/index.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { shownRepository } from "../conversations/repository-name.ts";
import { executionStatusOf } from "../conversations/v1/conversation-state.ts";
import { originOf } from "../http/origin.ts";
import type { Origin } from "../http/origin.ts";
import type { RequestContext } from "../http/router.ts";
import type { SandboxKeys } from "../identity/sandbox-keys.ts";
import type { ConversationFilter, ConversationRecord, ConversationStore, SandboxStore } from "../store/store.ts";
import { reach } from "./v1/app-conversation-info.ts";
import type { Reach } from "./v1/app-conversation-info.ts";
import { pageOf } from "./v1/position.ts";

export interface ConversationPageDeps {
  readonly conversations: ConversationService;
  readonly conversationStore: Pick<ConversationStore, "children">;
  readonly sandboxStore: Pick<SandboxStore, "many">;
  readonly sandboxKeys: Pick<SandboxKeys, "of">;
  readonly log: Pick<EventLog, "find">;
  /** How many sockets are connected to a conversation. */
  readonly connections: (conversationId: string) => number;
}

/** Which conversations a page is to hold, as the query says it. */
interface PageRequest extends Pick<ConversationFilter, "userId" | "repository" | "trigger" | "topOnly" | "limit"> {
  readonly pageId: string | undefined;
}

/** @throws {ApiError} `validation_failed` for a page id that no page has had */
export async function conversationPage(
  deps: ConversationPageDeps,
  { pageId, limit, ...filter }: PageRequest,
  { headers }: Pick<RequestContext, "headers">,
): Promise<{ results: ConversationInfo[]; next_page_id: string | null }> {
  const { items, next_page_id } = await pageOf(
    { page_id: pageId, limit },
    (page) =>
      deps.conversations.list({
        ...filter,
        after: page.after && { createdAt: page.after.time, id: page.after.id },
        limit: page.limit,
      }),
    ({ createdAt }) => createdAt,
  );
  return { results: await conversationInfos(deps, items, originOf(headers)), next_page_id };
}

/** Conversations of one user as V0 shows them, whichever version they were created with. */
export async function conversationInfos(
  { conversationStore, sandboxStore, sandboxKeys, log, connections }: ConversationPageDeps,
  records: readonly ConversationRecord[],
  origin: Origin,
): Promise<ConversationInfo[]> {
  const [first] = records;
  if (!first) return [];
  const ids = records.map(({ id }) => id);
  const children = Map.groupBy(await conversationStore.children(ids), ({ parentId }) => parentId);
  const later = records.filter(({ version }) => version === "V1").map(({ sandboxId }) => sandboxId);
  const found = later.length === 0 ? [] : await sandboxStore.many(first.userId, later);
  const sandboxes = new Map(found.map((sandbox) => [sandbox.id, sandbox]));
  return Promise.all(
    records.map(async (record) => ({
      ...conversationInfo(record, connections(record.id)),
      sub_conversation_ids: (children.get(record.id) ?? []).map(({ id }) => id),
      ...(record.version === "V1" && {
        ...ofSandbox(reach(record, sandboxes, sandboxKeys, origin)),
        runtime_status: await runtimeStatusV1(log, record),
      }),
    })),
  );
}

function ofSandbox({ url, key }: Reach): Pick<ConversationInfo, "url" | "session_api_key"> {
  return { url, session_api_key: key };
}

/** Upstream's table for conversations of V1: reference/v1-api.md §6. */
async function runtimeStatusV1(log: Pick<EventLog, "find">, record: ConversationRecord): Promise<RuntimeStatus | null> {
  if (record.status !== "RUNNING") return null;
  const status = await executionStatusOf(log, record);
  return status === "error" || status === "stuck" ? "STATUS$ERROR" : "STATUS$READY";
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
    pr_number: [...record.prNumbers],
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
