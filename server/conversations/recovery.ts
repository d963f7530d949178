import type { AgentState, EventSource } from "../../contract/index.ts";
import type { ConversationRecord, EventDraft, StoredEvent } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";
import { draftObservation, errorObservation } from "./event-draft.ts";
import { answersTo, findHeld, holding } from "./confirmation.ts";
import { executable, outcomes } from "./execute.ts";
import { actionOf, causeOf, pastOf } from "./history.ts";

/** Whether a process that ended has left a conversation in the middle of something. */
export async function isUnfinished(log: EventLog, record: Unfinished): Promise<boolean> {
  return (
    record.status === "STARTING" ||
    midway.has(record.agentState) ||
    (await hasSomethingToDo(log, record)) ||
    (await unobservedActions(log, record)).length > 0
  );
}

type Logged = Pick<ConversationRecord, "id" | "replayedUntil">;
type Unfinished = Logged & Pick<ConversationRecord, "status" | "agentState" | "lastEventId">;

const midway: ReadonlySet<AgentState | null> = new Set<AgentState | null>([
  "running",
  "loading",
  "paused",
  "rate_limited",
  "user_confirmed",
  "user_rejected",
]);

/** What the user has said before an action was held back waits as long as the action does. */
async function hasSomethingToDo(log: EventLog, record: Unfinished): Promise<boolean> {
  const past = pastOf(log, record);
  const held = holding.has(record.agentState) ? await findHeld(past) : null;
  return held ? (await answersTo(held, past, record.lastEventId)).length > 0 : hasWaitingMessage(log, record);
}

async function hasWaitingMessage(log: EventLog, record: Logged): Promise<boolean> {
  const from = (await lastAnswered(log, record)) + 1;
  return (await log.find(record.id, { from, types: ["message"], source: "user", limit: 1 })).length > 0;
}

/**
 * The id of the last message that the agent has begun to answer, from the log alone: each answer begins with a recall
 * that names its message as the cause. What has been replayed counts as answered.
 * @returns -1 when none has been
 */
export async function lastAnswered(log: EventLog, { id, replayedUntil }: Logged): Promise<number> {
  const from = replayedUntil + 1;
  const recalls = await log.find(id, { from, types: ["recall"], descending: true, limit: 2 });
  const recall = recalls.find(({ kind }) => kind === "action");
  return (recall && causeOf(recall)) ?? replayedUntil;
}

/** Why nobody has seen to a conversation for a while. */
export type Interruption =
  | "The server was restarted"
  | "Another server has taken over"
  | "The store did not answer"
  | "The conversation was stopped";

/**
 * Says in the log what became of the actions that were under way when the process ended: it cannot be known whether they
 * took effect, and they are not run again.
 */
export async function interruptedActions(
  log: EventLog,
  record: Omit<Unfinished, "status" | "agentState">,
  why: Interruption,
): Promise<EventDraft[]> {
  const unobserved = await unobservedActions(log, record);
  return unobserved.map(({ id, source }) => interruption(id, source, why));
}

async function unobservedActions(
  log: EventLog,
  { id: conversationId, lastEventId, replayedUntil }: Omit<Unfinished, "status" | "agentState">,
): Promise<StoredEvent[]> {
  const from = replayedUntil + 1; // nobody has carried out what was replayed
  const unobserved: StoredEvent[] = [];
  const observed = new Set<number | undefined>();
  // Newest first, an observation before its action. A page in which every action has one ends the search: actions are
  // carried out in their order, so that none before it waits.
  for (let to = lastEventId; to >= from;) {
    const page = await log.find(conversationId, { from, to, types: involved, descending: true, limit: pageSize });
    for (const event of page.filter(({ kind }) => kind === "observation")) observed.add(causeOf(event));
    const waiting = page.filter((event) => event.kind === "action" && !observed.has(event.id) && wasBegun(event));
    unobserved.push(...waiting);
    to = waiting.length === 0 || page.length < pageSize ? -1 : (page.at(-1)?.id ?? 0) - 1;
  }
  return unobserved.toReversed();
}

/** The actions that are carried out and what may come of them. */
const involved = [...new Set([...executable, ...outcomes])];

/** What waits for the user's consent, or did, has not been begun: once it is allowed it stands in the log again. */
function wasBegun(event: StoredEvent): boolean {
  const { args } = actionOf(event);
  return !("confirmation_state" in args) || args.confirmation_state === "confirmed";
}

const pageSize = 200;

function interruption(cause: number, source: EventSource, why: Interruption): EventDraft {
  const text = `${why} while this was under way. It may have taken effect, in part or whole; it is not repeated. Check before you send it again.`;
  return draftObservation(errorObservation(text, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_ERROR"), { source, cause });
}
