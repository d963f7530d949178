import type { AgentState } from "../../contract/index.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";
import { draftObservation } from "./event-draft.ts";
import { errorObservation, isExecutable } from "./execute.ts";

/** How far back an action may lie whose observation is looked for: more are never under way at once. */
const lookBack = 200;

/** Whether a conversation's log was left in the middle of something by a process that ended. */
export function needsRecovery(record: { agentState: AgentState | null; status: string }): boolean {
  return (
    record.status === "STARTING" ||
    record.agentState === "running" ||
    record.agentState === "loading" ||
    record.agentState === "paused"
  );
}

/**
 * The id of the last message that the agent has begun to answer, from the log alone: each answer begins with a recall
 * that names its message as the cause.
 * @returns -1 when none has been
 */
export async function lastAnswered(log: EventLog, conversationId: string): Promise<number> {
  const recalls = await log.find(conversationId, { from: 0, types: ["recall"], descending: true, limit: 2 });
  const recall = recalls.find(({ kind }) => kind === "action");
  return recall ? (causeOf(recall) ?? -1) : -1;
}

/**
 * Says in the log what became of the actions that were under way when the process ended: it cannot be known whether they
 * took effect, and they are not run again.
 */
export async function interruptedActions(
  log: EventLog,
  conversationId: string,
  lastEventId: number,
): Promise<EventDraft[]> {
  const events = await log.find(conversationId, { from: Math.max(0, lastEventId - lookBack), limit: lookBack + 1 });
  const observed = new Set(events.filter(({ kind }) => kind === "observation").map(causeOf));
  return events
    .filter(({ kind, type, id }) => kind === "action" && isExecutable({ action: type }) && !observed.has(id))
    .map(({ id, source }) =>
      draftObservation(errorObservation(interrupted, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_ERROR"), {
        source,
        cause: id,
      }),
    );
}

const interrupted =
  "The server was restarted while this was under way. It may have taken effect, in part or whole; it is not repeated. Check before you send it again.";

function causeOf({ text }: StoredEvent): number | undefined {
  return (JSON.parse(text) as { cause?: number }).cause;
}
