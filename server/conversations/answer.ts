import type { AgentState } from "../../contract/index.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import { lastRejected } from "./confirmation.ts";
import { draftAction } from "./event-draft.ts";
import { actionOf } from "./history.ts";
import type { History } from "./history.ts";
import type { Control } from "./control.ts";
import { recallAction } from "./recall.ts";
import type { Recall } from "./recall.ts";
import { stateChanged } from "./states.ts";
import { takeTurn } from "./turn.ts";
import type { TurnContext } from "./turn.ts";

/** What an answer needs of the conversation that it is given in. */
export interface AnswerContext {
  readonly history: History;
  readonly control: Control;
  /** Asked for once the log says that the agent runs: it may fail, and then the log says what. */
  readonly turnContext: () => Promise<TurnContext>;
  /** What may help with a message. */
  readonly recall: Recall;
}

/**
 * Has the agent answer a message. Each answer begins with a recall that names the message as its cause.
 * @param before the id of the message that was answered before; -1 when none was
 * @returns the state that the agent is in afterwards
 * @throws the signal's reason when the turn is stopped, and what the agent throws
 */
export async function answer(context: AnswerContext, message: StoredEvent, before: number): Promise<AgentState> {
  const { history, control, turnContext } = context;
  const first = before === -1;
  const text = textOf(message);
  const rejected = await lastRejected(history, before + 1);
  for (;;) {
    control.resume(); // who was paused as the turn before ended is not any more
    const [, recall] = await control.record("running", beginsToRun, recallAction(text, first, message.id));
    const recalled = await context.recall(text, first, recall?.id ?? message.id);
    await history.append(stateChanged("running"), recalled);
    const end = await takeTurn(await turnContext(), { message: text, first, rejected });
    if (end !== "again") return end;
  }
}

/** It already says that the agent runs: a process that ends before the next event leaves something unfinished. */
const beginsToRun: EventDraft = {
  ...draftAction(
    { action: "change_agent_state", args: { agent_state: "running", thought: "" } },
    { source: "environment" },
  ),
  agentState: "running",
};

/** What the user said in a stored message. */
function textOf(message: StoredEvent): string {
  const action = actionOf(message);
  return action.action === "message" ? action.args.content : "";
}
