import type { AgentState } from "../../contract/index.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import { draftAction, draftObservation, errorObservation, newObservation } from "./event-draft.ts";
import type { Action } from "./event-draft.ts";
import { executable } from "./execute.ts";
import { actionOf, causeOf } from "./history.ts";
import type { History } from "./history.ts";

/** An action that may have to wait for the user's consent. */
export type Holdable = Extract<Action, { args: { confirmation_state: unknown } }>;

/** An action of the agent that is held back, with the id of its event. */
export interface Held {
  readonly id: number;
  readonly action: Holdable;
}

const highRisk = 2;
const unknownRisk = -1;

/**
 * Whether an action of the agent has to wait for the user's consent.
 * @param asked whether the user wants to be asked about what is, or may be, risky
 */
export async function mustWait(
  action: Action,
  { confirmation }: Pick<AgentDefinition, "confirmation">,
  asked: () => Promise<boolean>,
): Promise<boolean> {
  if (!isHoldable(action)) return false;
  if (confirmation === "always") return true;
  // A delegation has no risk of its own, which is as good as an unknown one.
  const risk = "security_risk" in action.args ? action.args.security_risk : unknownRisk;
  return (risk === highRisk || risk === unknownRisk) && (await asked());
}

export function isHoldable(action: Action): action is Holdable {
  return "confirmation_state" in action.args;
}

/** The action as it waits. */
export function awaiting(action: Holdable): EventDraft {
  return draftAction(inState(action, "awaiting_confirmation"), { source: "agent" });
}

/** The same action once the user has decided. Why it is to be done stands in the one that waited. */
export function decided(action: Holdable, state: "confirmed" | "rejected"): Holdable {
  const again = inState(action, state);
  return { ...again, args: { ...again.args, thought: "" } } as Holdable; // its own args, one of them blank
}

function inState(action: Holdable, confirmation_state: Holdable["args"]["confirmation_state"]): Holdable {
  return { ...action, args: { ...action.args, confirmation_state } } as Holdable; // its own args, one of them changed
}

/** That an action was not carried out because the user did not allow it. @param reason the user's words; may be empty */
export function notAllowed(cause: number, reason: string): EventDraft {
  const message = reason || "The user has not allowed this action. It was not carried out.";
  return draftObservation(newObservation("user_rejected", message, {}), { source: "agent", cause });
}

/** That an action was not carried out because the agent was stopped while it waited. */
export function neverAllowed(cause: number): EventDraft {
  const message = "The agent was stopped before the user allowed this action. It was not carried out.";
  return draftObservation(errorObservation(message, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED"), {
    source: "agent",
    cause,
  });
}

/** The action that is held back, of a conversation whose last state says that one may be. */
export async function findHeld(history: Pick<History, "find">): Promise<Held | null> {
  const query = { from: 0, types: executable, source: "agent", descending: true, limit: 1 };
  const [event] = await history.find(query);
  const action = event?.kind === "action" ? actionOf(event) : undefined;
  const waits = action && isHoldable(action) && action.args.confirmation_state === "awaiting_confirmation";
  return event && waits ? { id: event.id, action } : null;
}

/** The states in which an action may be held back: what the user has decided comes first, that the agent knows it follows. */
export const holding: ReadonlySet<AgentState | null> = new Set<AgentState | null>([
  "awaiting_user_confirmation",
  "user_confirmed",
  "user_rejected",
]);

/** What the user has said or decided since an action was held back, oldest first. @param to the last event to look at */
export async function answersTo({ id }: Held, history: Pick<History, "find">, to: number): Promise<StoredEvent[]> {
  const types = ["message", "change_agent_state", "finish", "reject"];
  return history.find({ from: id + 1, to, types, source: "user", limit: 100 });
}

/** The last action, from an event on, that the user has not allowed. */
export async function lastRejected(history: History, from: number): Promise<Action | null> {
  const [rejection] = await history.find({ from, types: ["user_rejected"], descending: true, limit: 1 });
  if (!rejection) return null;
  const cause = causeOf(rejection);
  if (cause === undefined) return null; // an agent may tell of a rejection of its own
  const [action] = await history.find({ from: cause, to: cause, limit: 1 });
  return action ? actionOf(action) : null;
}
