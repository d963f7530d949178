import type { Logger } from "pino";
import type { AgentDefinition } from "../agent/agent.ts";
import { ApiError } from "../api-error.ts";
import type { AgentState } from "../../contract/index.ts";
import type { Workspace } from "../runtime/runtime.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import { draftAction, draftObservation } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";
import { execute } from "./execute.ts";
import type { Executable } from "./execute.ts";
import { recallAction } from "./recall.ts";
import type { Recall } from "./recall.ts";
import { takeTurn } from "./turn.ts";

export interface AgentLoopOptions {
  readonly conversationId: string;
  readonly log: EventLog;
  readonly workspace: Workspace;
  /** The agent of the user's model at this moment. */
  readonly definition: () => Promise<AgentDefinition>;
  readonly logger: Logger;
  /** The id of the last message that has been answered; -1 when none has. */
  readonly answered: number;
  readonly state: AgentState;
  /** What may help with a message. */
  readonly recall: Recall;
}

/** The agent of one conversation. The log is its queue: it answers the user's messages in the order of their ids. */
export interface AgentLoop {
  readonly state: AgentState;
  /** Begins with the message that waits, or says that the agent waits for one. @param reason why it begins, for the log */
  begin(reason: string): Promise<void>;
  /** There may be a message to answer. */
  wake(): void;
  /** Carries out an action of the user, after the ones before it, beside whatever the agent does. */
  perform(action: Executable, id: number): void;
  /**
   * Whether the user may ask for this state now.
   * @throws {ApiError} `agent_state_conflict`
   */
  assertCanBecome(state: AgentState): void;
  /** Does what the user asked for. */
  become(state: AgentState): Promise<void>;
  /** Stops the agent and every command. Resolves when nothing of it runs any more; nothing is appended after that. */
  close(): Promise<void>;
}

/** The states that a user may ask for, each with the states in which that means something. */
const transitions: Partial<Record<AgentState, readonly AgentState[] | "any">> = {
  stopped: "any",
  finished: "any",
  paused: ["running"],
  running: ["paused"],
};

export function createAgentLoop(options: AgentLoopOptions): AgentLoop {
  const { conversationId, log, workspace, definition, logger } = options;
  let { state, answered } = options;
  /** Ends what is under way: the turn and the user's commands. */
  let current = new AbortController();
  let working: Promise<void> | null = null;
  let userActions: Promise<void> = Promise.resolve();
  let resume = Promise.withResolvers<void>();
  let closed = false;
  resume.resolve();

  const append = (...drafts: EventDraft[]) => log.append(conversationId, ...drafts);

  function mayBecome(next: AgentState): boolean {
    const from = transitions[next];
    return from === "any" || (from?.includes(state) ?? false);
  }

  async function enter(next: AgentState, reason = ""): Promise<void> {
    state = next;
    await append(stateChanged(next, reason));
  }

  function wake(): void {
    if (closed || working) return;
    working = work().finally(() => {
      working = null;
    });
  }

  async function work(): Promise<void> {
    const { signal } = current;
    try {
      for (let message = await nextMessage(); message && !signal.aborted; message = await nextMessage())
        await answer(message, signal);
    } catch (error) {
      if (!closed) logger.error({ err: error, conversation_id: conversationId }, "the agent loop failed");
    }
  }

  async function nextMessage(): Promise<StoredEvent | undefined> {
    const [message] = await log.find(conversationId, {
      from: answered + 1,
      types: ["message"],
      source: "user",
      limit: 1,
    });
    return message;
  }

  async function answer(message: StoredEvent, signal: AbortSignal): Promise<void> {
    const first = answered === -1;
    const text = textOf(message);
    answered = message.id;
    try {
      state = "running";
      resume.resolve(); // who was paused as the turn before ended is not any more
      const [, recall] = await append(
        draftAction(
          { action: "change_agent_state", args: { agent_state: "running", thought: "" } },
          { source: "environment" },
        ),
        recallAction(text, first, message.id),
      );
      const recalled = await options.recall(text, first, recall?.id ?? message.id);
      await append(stateChanged("running", ""), recalled);
      const turn = { append, workspace, definition: await definition(), unpaused };
      const after = await takeTurn(turn, { message: text, first }, signal);
      await enter(after);
    } catch (error) {
      if (signal.aborted) return; // whoever stopped the turn says so in the log
      logger.error({ err: error, conversation_id: conversationId }, "the agent failed");
      await enter(
        "error",
        `The agent failed: ${error instanceof Error ? error.message : String(error)}. Send another message to go on.`,
      );
    }
  }

  async function unpaused(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([resume.promise, promise]);
  }

  async function performNow(action: Executable, id: number, signal: AbortSignal): Promise<void> {
    try {
      const observation = await execute(action, workspace, signal);
      await append(draftObservation(observation, { source: "user", cause: id }));
    } catch (error) {
      if (!closed)
        logger.error({ err: error, conversation_id: conversationId, event_id: id }, "a user's action failed");
    }
  }

  /** Ends the turn and the user's commands, and waits for both. */
  async function interrupt(): Promise<void> {
    const stopped = current;
    current = new AbortController(); // for what comes from now on
    stopped.abort(new Error("stopped"));
    await Promise.all([working, userActions]);
  }

  return {
    get state() {
      return state;
    },
    async begin(reason) {
      if (!(await nextMessage())) await append(...awaitingUser(reason));
      wake();
    },
    wake,
    perform(action, id) {
      const { signal } = current;
      userActions = userActions.then(() => performNow(action, id, signal));
    },
    assertCanBecome(next) {
      if (mayBecome(next)) return;
      throw new ApiError("agent_state_conflict", conflict(next, state));
    },
    async become(next) {
      if (next === state || !mayBecome(next)) return; // the agent may have been faster than the user's wish
      if (next === "paused") resume = Promise.withResolvers();
      else resume.resolve();
      if (next === "stopped" || next === "finished") await interrupt();
      await enter(next);
      wake();
    },
    async close() {
      closed = true;
      resume.resolve();
      await interrupt();
    },
  };
}

function conflict(next: AgentState, state: AgentState): string {
  const now = Object.entries(transitions)
    .filter(([, from]) => from === "any" || from.includes(state))
    .map(([name]) => name);
  return `The agent is ${state} and cannot become ${next} now. It can become ${now.join(" or ")}.`;
}

/** The events that tell that the agent waits for the user. */
function awaitingUser(reason: string): EventDraft[] {
  const agent_state = "awaiting_user_input" as const;
  return [
    draftAction({ action: "change_agent_state", args: { agent_state, thought: "" } }, { source: "environment" }),
    stateChanged(agent_state, reason),
  ];
}

/** The observation that tells the agent's state. */
export function stateChanged(state: AgentState, reason: string): EventDraft {
  return draftObservation(
    { observation: "agent_state_changed", content: "", extras: { agent_state: state, reason } },
    { source: "environment" },
  );
}

/** What the user said in a stored message. */
function textOf({ text }: StoredEvent): string {
  const { args } = JSON.parse(text) as { args: { content: string } };
  return args.content;
}
