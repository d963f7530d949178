import type { AgentState, ConversationExecutionStatus } from "../../../contract/index.ts";
import type { ConversationRecord } from "../../store/store.ts";
import type { EventLog } from "../event-log.ts";
import { executionStatus } from "./execution-status.ts";

/** What the agent of a conversation is doing now, in the words of V1: its last two states tell. */
export async function executionStatusOf(
  log: Pick<EventLog, "find">,
  { id, lastEventId }: Pick<ConversationRecord, "id" | "lastEventId">,
): Promise<ConversationExecutionStatus> {
  const query = { from: 0, to: lastEventId, descending: true, limit: 2, types: ["agent_state_changed"] };
  const [last, before] = (await log.find(id, query)).map(({ text }) => (JSON.parse(text) as StateChange).extras);
  return last ? executionStatus(last.agent_state, before?.agent_state ?? null, last.reason) : "idle";
}

/** As the server itself has appended it. */
interface StateChange {
  readonly extras: { readonly agent_state: AgentState; readonly reason: string };
}
