import type { AgentAction, AgentDefinition, Turn } from "../agent/agent.ts";
import type { AgentState } from "../../contract/index.ts";
import type { Workspace } from "../runtime/runtime.ts";
import { forget } from "./condensation.ts";
import { holdsHidden } from "../secrets/mask.ts";
import { awaiting, decided, isHoldable, mustWait, notAllowed } from "./confirmation.ts";
import type { Holdable } from "./confirmation.ts";
import type { Control, Decision } from "./control.ts";
import { draftAction, draftObservation, errorObservation, newObservation } from "./event-draft.ts";
import type { Action, Observation } from "./event-draft.ts";
import { execute, isExecutable } from "./execute.ts";
import type { Executable } from "./execute.ts";
import { idOf } from "./history.ts";
import type { History } from "./history.ts";
import { createRepetition } from "./repetition.ts";
import type { Repetition } from "./repetition.ts";
import { stateChanged } from "./states.ts";

/** What a turn needs of the conversation that it is in. */
export interface TurnContext {
  readonly history: History;
  readonly control: Control;
  readonly workspace: Workspace;
  readonly definition: AgentDefinition;
  /** Whether the user wants to be asked about risky actions. */
  readonly confirmationMode: () => Promise<boolean>;
  readonly signal: AbortSignal;
  /** How many agents have asked one another up to here. */
  readonly depth: number;
}

/** How a turn ends: in a state, or to be taken once more. */
export type TurnEnd = AgentState | "again";

/** Thrown to end a turn, however deep in it. */
class TurnOver extends Error {
  readonly end: TurnEnd;

  constructor(end: TurnEnd) {
    super(`The turn is over: ${end}`);
    this.name = "TurnOver";
    this.end = end;
  }
}

/** So many agents may ask one another: one that always asks would never come to an end. */
const deepest = 3;

/**
 * Lets the agent answer one message: each action is appended, carried out, and what came of it appended and given back to
 * the agent.
 * @throws the signal's reason when the turn is stopped, and what the agent throws
 */
export function takeTurn(context: TurnContext, turn: Omit<Turn, "signal">): Promise<TurnEnd> {
  return endOf(async () => {
    const last = await runAgent(context, turn);
    return last === null ? "awaiting_user_input" : endStates[last.action];
  });
}

/**
 * Goes on with an action that an earlier process has held back: the agent that wanted it is gone. It comes from the log,
 * which keeps no secrets: without one that it needs it would do something else than what the user has allowed.
 */
export function finishHeld(context: TurnContext, action: Holdable, decision: Decision): Promise<TurnEnd> {
  return endOf(async () => {
    await settle(context, action, decision, holdsHidden(action.args) ? tellSecretIsLost : carryOut);
    return "awaiting_user_input";
  });
}

async function endOf(work: () => Promise<TurnEnd>): Promise<TurnEnd> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TurnOver) return error.end;
    throw error;
  }
}

/** An action that ends a turn. */
type Ending = Extract<AgentAction, { action: "finish" | "reject" }>;

const endStates = { finish: "finished", reject: "rejected" } as const satisfies Record<Ending["action"], AgentState>;

/** @returns the action that ended the agent's stream; null when it ended by itself */
async function runAgent(context: TurnContext, turn: Omit<Turn, "signal">): Promise<Ending | null> {
  const { history, control, definition, signal } = context;
  const stream = definition.agent({ ...turn, signal });
  const repetition = createRepetition();
  try {
    let observation: Observation | undefined;
    for (;;) {
      await control.unpaused(signal);
      const { done, value: step } = await stream.next(observation);
      await control.unpaused(signal);
      observation = undefined;
      if (done) return null;
      if ("state" in step) {
        if (step.state !== control.state) await control.enter(step.state);
      } else if ("observation" in step) await history.append(draftObservation(step, { source: "agent" }));
      else if (isExecutable(step)) observation = await act(context, step, repetition);
      else {
        await history.append(draftAction(step, { source: "agent" }));
        if (step.action === "finish" || step.action === "reject") return step;
      }
    }
  } finally {
    await stream.return();
  }
}

/** Carries out an action of the agent, when need be once the user has consented. */
async function act(context: TurnContext, action: Executable, repetition: Repetition): Promise<Observation> {
  const { history, control, definition, confirmationMode, signal } = context;
  if (isHoldable(action) && (await mustWait(action, definition, confirmationMode)))
    return settle(context, action, await control.hold(awaiting(action), signal));
  const [event] = await history.append(draftAction(action, { source: "agent" }));
  const id = idOf(event);
  const observation = await carryOut(context, action, id);
  const loop = repetition.note(id, action, observation);
  if (loop !== null) await askForWayOut(context, loop, id);
  return observation;
}

/** Does what the user has decided about an action. */
async function settle(
  context: TurnContext,
  action: Holdable,
  { consent, reason, about }: Decision,
  work: typeof carryOut = carryOut,
): Promise<Observation> {
  const { history, control, signal } = context;
  if (consent === "user_rejected") {
    const rejected = draftAction(decided(action, "rejected"), { source: "agent", cause: about });
    const [event] = await control.record("user_rejected", rejected, stateChanged("user_rejected"));
    await history.append(notAllowed(idOf(event), reason));
    throw new TurnOver("awaiting_user_input");
  }
  const confirmed = decided(action, "confirmed");
  const again = draftAction(confirmed, { source: "agent", cause: about });
  const [event] = await control.record("user_confirmed", again, stateChanged("user_confirmed"));
  const observation = await work(context, confirmed, idOf(event));
  if (control.state === "user_confirmed" && !signal.aborted) await control.enter("running");
  return observation;
}

async function carryOut(context: TurnContext, action: Executable, cause: number): Promise<Observation> {
  const { history, workspace, signal } = context;
  const tell = (observation: Observation) =>
    history.append(draftObservation(withCall(observation, action), { source: "agent", cause }));
  try {
    const ask = (task: string) => askAgent(context, task);
    const observation = await execute(action, cause, { workspace, history, ask, signal });
    await tell(observation);
    return observation;
  } catch (error) {
    if (error instanceof TurnOver)
      await tell(errorObservation("The agent that was asked did not come to an end: the turn is over.", ""));
    throw error;
  }
}

async function tellSecretIsLost({ history }: TurnContext, _action: Executable, cause: number): Promise<Observation> {
  const lost = errorObservation(
    "The action holds a secret, which the log does not keep, and the server was restarted while it waited. It was not carried out. Ask the agent for it again.",
    "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_ERROR",
  );
  await history.append(draftObservation(lost, { source: "agent", cause }));
  return lost;
}

/** What came of a tool call of a model says so too. */
function withCall(observation: Observation, { tool_call_metadata }: Action): Observation {
  return tool_call_metadata ? { ...observation, tool_call_metadata } : observation;
}

/**
 * Lets the agent carry out a task within the turn that is under way, and tells what it says in the end.
 * @throws what ends the turn as a whole: an action that the user does not allow, a loop
 */
export async function askAgent(context: TurnContext, task: string): Promise<Observation> {
  if (context.depth === deepest)
    return errorObservation(`Agents have asked one another ${deepest} times. Do this without asking.`, "");
  try {
    const turn = { message: task, first: false, rejected: null };
    return resultOf(await runAgent({ ...context, depth: context.depth + 1 }, turn));
  } catch (error) {
    if (error instanceof TurnOver) throw error;
    if (context.signal.aborted)
      return errorObservation("The agent that was asked was stopped before it came to an end.", "");
    return errorObservation(
      `The agent that was asked failed: ${error instanceof Error ? error.message : String(error)}`,
      "",
    );
  }
}

function resultOf(ending: Ending | null): Observation {
  if (ending === null) return newObservation("delegate", "The agent ended without a result.", { outputs: {} });
  if (ending.action === "reject")
    return newObservation("delegate", "The agent has rejected the task.", { outputs: ending.args.outputs });
  const { final_thought, outputs } = ending.args;
  return newObservation("delegate", final_thought, { outputs: { ...outputs, final_thought } });
}

/** @param loop the first of the repeats @param cause the last of them */
async function askForWayOut({ history, control, signal }: TurnContext, loop: number, cause: number): Promise<void> {
  const wayOut = await control.askForWayOut(cause, signal);
  if (wayOut.kind === "go_on") return;
  if (wayOut.kind === "said_something") throw new TurnOver("awaiting_user_input");
  if (wayOut.option === 2) throw new TurnOver("again");
  if (wayOut.option === 3) throw new TurnOver("stopped");
  const summary = "The agent did the same again and again, with the same result. That is forgotten.";
  await forget(history, { from: loop, to: wayOut.id - 1, summary }, wayOut.id);
  throw new TurnOver("awaiting_user_input");
}
