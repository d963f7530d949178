import type { ReportedConversation } from "../../../contract/index.ts";
import { ApiError } from "../../api-error.ts";
import { timestamp } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { reaches } from "../../identity/principal.ts";
import type { Principal } from "../../identity/principal.ts";
import type { SandboxService } from "../../sandboxes/sandbox-service.ts";
import type { ConversationRecord, ConversationStore } from "../../store/store.ts";
import type { EventLog } from "../event-log.ts";
import { stateChanged } from "../states.ts";

export interface ReportedConversationsDeps {
  readonly store: Pick<ConversationStore, "get" | "update">;
  readonly log: Pick<EventLog, "begin">;
  readonly sandboxes: Pick<SandboxService, "get">;
  readonly clock: Clock;
}

/** What agents elsewhere tell of their conversations. */
export interface ReportedConversations {
  /**
   * Stores a conversation in a sandbox, or what is new of one that is known.
   * @throws {ApiError} `sandbox_not_found`; `conversation_not_found` for an id that somebody else's has
   */
  note(principal: Principal, sandboxId: string, reported: ReportedConversation): Promise<void>;
}

export function createReportedConversations(deps: ReportedConversationsDeps): ReportedConversations {
  const { store, log, sandboxes, clock } = deps;
  return {
    async note(principal, sandboxId, reported) {
      await sandboxes.get(principal, sandboxId);
      const record = newRecord(principal, sandboxId, reported, timestamp(clock));
      const known = await store.get(record.id);
      if (!known) return void (await log.begin(record, [stateChanged("awaiting_user_input")], undefined));
      if (!reaches(principal, { id: known.sandboxId, userId: known.userId }))
        throw new ApiError("conversation_not_found");
      const isUntitled = known.title === titleOf(known.id);
      await store.update(known.id, { llmModel: record.llmModel, ...(isUntitled && { title: record.title }) });
    },
  };
}

function newRecord(
  { userId }: Principal,
  sandboxId: string,
  { id: dashed, title, agent }: ReportedConversation,
  createdAt: string,
): ConversationRecord {
  const id = dashed.replaceAll("-", "").toLowerCase();
  return {
    id,
    userId,
    version: "V1",
    title: title || titleOf(id),
    status: "RUNNING",
    repository: null,
    branch: null,
    gitProvider: null,
    trigger: null,
    createdAt,
    updatedAt: null,
    lastEventId: -1,
    agentState: null,
    replayedUntil: -1,
    sandboxId,
    parentId: null,
    llmModel: agent.llm.model,
    agentType: "default",
    prNumbers: [],
  };
}

function titleOf(id: string): string {
  return `Conversation ${id}`;
}
