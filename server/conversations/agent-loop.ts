import type { Logger } from "pino";
import { AgentFailure } from "../agent/agent.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import type { AgentState } from "../../contract/index.ts";
import type { Workspace } from "../runtime/runtime.ts";
import { LeaseLostError, StoreUnavailableError } from "../store/store.ts";
import type { StoredEvent } from "../store/store.ts";
import { answer } from "./answer.ts";
import { neverAllowed } from "./confirmation.ts";
import type { Held } from "./confirmation.ts";
import { createControl } from "./control.ts";
import type { Control } from "./control.ts";
import { draftAction, draftObservation, errorObservation } from "./event-draft.ts";
import type { Observation } from "./event-draft.ts";
import { execute } from "./execute.ts";
import type { Executable } from "./execute.ts";
import { delegate } from "./execute/delegate.ts";
import type { History } from "./history.ts";
import type { Recall } from "./recall.ts";
import { mayBecome, stateChanged } from "./states.ts";
import { askAgent, finishHeld } from "./turn.ts";
import type { TurnContext } from "./turn.ts";

export interface AgentLoopOptions {
  readonly conversationId: string;
  readonly history: History;
  readonly workspace: Workspace;
  /** The agent of the user's model at this moment. */
  readonly definition: () => Promise<AgentDefinition>;
  /** Whether the user wants to be asked about risky actions at this moment. */
  readonly confirmationMode: () => Promise<boolean>;
  /**
   * Told when the store fails the loop, or another server has taken over: the loop is over then, and what the log says is all
   * that is certain.
   */
  readonly lost: (why: StoreUnavailableError | LeaseLostError) => void;
  readonly logger: Logger;
  /** The id of the last message that has been answered; -1 when none has. */
  readonly answered: number;
  readonly state: AgentState;
  /** The action that an earlier process has held back and that still waits. */
  readonly held: Held | null;
  /** What may help with a message. */
  readonly recall: Recall;
}

/** The agent of one conversation. The log is its queue: it answers the user's messages in the order of their ids. */
export interface AgentLoop {
  readonly state: AgentState;
  /** Begins with the message that waits, or says that the agent waits for one. @param reason why it begins, for the log */
  begin(reason: string): Promise<void>;
  /** Goes on with what waits: an action that is held back, then the messages. */
  wake(): void;
  /** The user has said something, which is to be answered. @param id of the message */
  said(id: number): void;
  /**
   * Carries out an action of the user, after the ones before it, beside whatever the agent does.
   * @param whole gives the action with what is secret in it; null when that is not known any more
   */
  perform(action: Executable, id: number, whole: () => Promise<Executable | null>): void;
  /**
   * Does what the user asked for. Nobody can ask for something else between the call and its first effect.
   * @param reason the user's; may be left out
   */
  become(state: AgentState, reason?: string): Promise<void>;
  /** Goes on after a loop. @param id of the action that asks for it */
  recover(option: 1 | 2 | 3, id: number): void;
  /** Stops the agent and every command. Resolves when nothing of it runs any more; nothing is appended after that. */
  close(): Promise<void>;
}

/** Something that the agent is to do, alone. */
type Task = (signal: AbortSignal) => Promise<void>;

export function createAgentLoop(options: AgentLoopOptions): AgentLoop {
  const { conversationId, history, workspace, definition, logger } = options;
  const control = createControl(history, options.state, options.held?.id ?? null);
  let { answered, held } = options;
  /** Ends what is under way: the turn and the user's commands. */
  let current = new AbortController();
  let working: Promise<void> | null = null;
  let userActions: Promise<void> = Promise.resolve();
  let delegations: Delegation[] = [];
  let closed = false;

  function wake(): void {
    if (closed || working) return;
    working = work().finally(() => {
      working = null;
    });
  }

  async function work(): Promise<void> {
    const { signal } = current;
    try {
      for (let task = await nextTask(); task && !signal.aborted; task = await nextTask()) await task(signal);
    } catch (error) {
      if (!closed) logger.error({ err: error, conversation_id: conversationId }, "the agent loop failed");
      if (endsLoop(error)) giveUp(error);
    }
  }

  function giveUp(why: StoreUnavailableError | LeaseLostError): void {
    if (closed) return;
    closed = true;
    current.abort(why);
    options.lost(why);
  }

  /** What waits, in the order in which it came. */
  async function nextTask(): Promise<Task | undefined> {
    if (held) return finishWaiting(held.action);
    const message = await nextMessage();
    const [delegation] = delegations;
    if (delegation && (!message || delegation.id < message.id)) return (signal) => delegateNow(delegation, signal);
    return message && ((signal) => answerNow(message, signal));
  }

  async function nextMessage(): Promise<StoredEvent | undefined> {
    const query = { from: answered + 1, types: ["message"], source: "user", limit: 1 };
    const [message] = await history.find(query);
    return message;
  }

  async function turnContext(signal: AbortSignal): Promise<TurnContext> {
    const { confirmationMode } = options;
    return { history, control, workspace, definition: await definition(), confirmationMode, signal, depth: 0 };
  }

  /** Lets the agent do something, and says in the log how it ended. @param work gives the state that the agent is in then */
  async function letAgent(signal: AbortSignal, work: () => Promise<AgentState>): Promise<void> {
    try {
      const next = await work();
      if (!signal.aborted) await control.enter(next);
    } catch (error) {
      if (signal.aborted) return; // whoever stopped the turn says so in the log
      if (endsLoop(error)) throw error; // nothing can be said in the log
      logger.error({ err: error, conversation_id: conversationId }, "the agent failed");
      await tellFailure(error, history, control);
    }
  }

  function answerNow(message: StoredEvent, signal: AbortSignal): Promise<void> {
    const before = answered;
    answered = message.id;
    const { recall } = options;
    const context = { history, control, recall, turnContext: () => turnContext(signal) };
    return letAgent(signal, () => answer(context, message, before));
  }

  /** An action that was held back when an earlier process ended still waits for the user. */
  function finishWaiting(action: Held["action"]): Task {
    return (signal) =>
      letAgent(signal, async () => {
        const consent = await control.consentToHeld(signal);
        held = null;
        const end = await finishHeld(await turnContext(signal), action, consent);
        return end === "again" ? "awaiting_user_input" : end;
      });
  }

  async function delegateNow({ action, id }: Delegation, signal: AbortSignal): Promise<void> {
    delegations = delegations.filter((delegation) => delegation.id !== id);
    await letAgent(signal, async () => {
      control.resume();
      await control.enter("running");
      const context = await turnContext(signal);
      await tell(await delegate(action, (task) => askAgent(context, task)), id);
      return "awaiting_user_input";
    });
  }

  async function performNow(id: number, whole: () => Promise<Executable | null>, signal: AbortSignal): Promise<void> {
    try {
      const action = await whole();
      if (action === null) return await tell(secretIsLost, id);
      const ask = () => Promise.reject(new Error("a delegation of the user waits for its turn"));
      await tell(await execute(action, id, { workspace, history, ask, signal }), id);
    } catch (error) {
      if (!closed)
        logger.error({ err: error, conversation_id: conversationId, event_id: id }, "a user's action failed");
      if (endsLoop(error)) giveUp(error);
    }
  }

  /** Says in the log what came of an action of the user. */
  async function tell(observation: Observation, cause: number): Promise<void> {
    await history.append(draftObservation(observation, { source: "user", cause }));
  }

  /** Ends the turn and the user's commands, and waits for both. */
  async function interrupt(): Promise<void> {
    const stopped = current;
    current = new AbortController(); // for what comes from now on
    stopped.abort(new Error("stopped"));
    await Promise.all([working, userActions]);
  }

  /** Ends what is under way because the user wants it, and says in the log what was not done. */
  async function stop(next: AgentState): Promise<void> {
    const undone = delegations;
    delegations = [];
    await interrupt();
    held = null;
    const waiting = control.withdraw();
    const undecided = waiting === null ? [] : [neverAllowed(waiting)];
    const unbegun = undone.map(({ id }) => draftObservation(stoppedBefore, { source: "user", cause: id }));
    await control.record(next, ...undecided, ...unbegun, stateChanged(next));
  }

  async function become(next: AgentState, reason = ""): Promise<void> {
    if (next === control.state || !mayBecome(next, control.state)) return; // the agent may have been faster than the user's wish
    if (next === "user_confirmed" || next === "user_rejected") return control.consent(next, reason);
    if (next === "paused") control.pause();
    if (next === "running") control.resume();
    if (next === "paused" || next === "running") await control.enter(next);
    else await stop(next);
    wake();
  }

  return {
    get state() {
      return control.state;
    },
    async begin(reason) {
      if (!(await nextMessage()))
        await control.record("awaiting_user_input", waitsForUser, stateChanged("awaiting_user_input", reason));
      wake();
    },
    wake,
    said(id) {
      const paused = control.state === "paused" && !control.looping;
      control.said(id);
      if (paused) become("running").catch(noteFailure);
      wake();
    },
    perform(action, id, whole) {
      if (action.action === "delegate") {
        delegations.push({ action, id });
        return wake();
      }
      const { signal } = current;
      if (!closed) userActions = userActions.then(() => performNow(id, whole, signal));
    },
    become: (next, reason) =>
      become(next, reason).catch((error: unknown) => {
        if (endsLoop(error)) giveUp(error);
        throw error;
      }),
    recover: control.recover,
    async close() {
      closed = true;
      await interrupt();
    },
  };

  function noteFailure(error: unknown): void {
    logger.error({ err: error, conversation_id: conversationId }, "the agent could not go on");
  }
}

function endsLoop(error: unknown): error is StoreUnavailableError | LeaseLostError {
  return error instanceof StoreUnavailableError || error instanceof LeaseLostError;
}

/** A task that the user has given to an agent. */
interface Delegation {
  readonly action: Executable<"delegate">;
  readonly id: number;
}

const secretIsLost = errorObservation(
  "The action holds a secret, which the log does not keep, and which is not known any more. It was not carried out. Send it again.",
  "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_ERROR",
);

const stoppedBefore = errorObservation(
  "The agent was stopped before it came to this.",
  "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED",
);

const waitsForUser = draftAction(
  { action: "change_agent_state", args: { agent_state: "awaiting_user_input", thought: "" } },
  { source: "environment" },
);

/** Says in the log why the agent cannot go on: by a code where there is one, else in words. */
async function tellFailure(error: unknown, history: History, control: Control): Promise<void> {
  if (error instanceof AgentFailure) {
    const observation = errorObservation(error.message, error.code);
    await history.append(draftObservation(observation, { source: "agent" }));
    return control.enter("error", error.code);
  }
  const reason = error instanceof Error ? error.message : String(error);
  await control.enter("error", `The agent failed: ${reason}. Send another message to go on.`);
}
