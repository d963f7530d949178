import type { AgentState } from "../../contract/index.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import { draftObservation, newObservation } from "./event-draft.ts";
import { idOf } from "./history.ts";
import type { History } from "./history.ts";
import { repeatsOfLoop } from "./repetition.ts";
import { stateChanged } from "./states.ts";

/** What the user has decided about an action that is held back. */
export type Consent = "user_confirmed" | "user_rejected";

/** The same, with what is known of it. */
export interface Decision {
  readonly consent: Consent;
  /** Why not, in the user's words; may be empty. */
  readonly reason: string;
  /** The id of the event that asked. */
  readonly about: number;
}

/** What the user has decided about an agent that repeats itself. */
export type WayOut =
  | { readonly kind: "go_on" }
  | { readonly kind: "said_something" }
  | { readonly kind: "recovery"; readonly option: 1 | 2 | 3; readonly id: number };

/**
 * The state of one conversation's agent, and what it waits for from the user: to go on after a pause, for consent to an
 * action, for a way out of a loop. Answers take effect at once, so that of two only the first does.
 */
export interface Control {
  readonly state: AgentState;
  /** Whether the agent waits for a way out of a loop. */
  readonly looping: boolean;
  /** Says in the log that the agent is in a state now. */
  enter(state: AgentState, reason?: string): Promise<void>;
  /** The same in the caller's words: appends events of which one says so, now or in a moment. */
  record(state: AgentState, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;

  /** Resolves when the agent may go on: at once, unless the user has paused it. @throws the signal's reason */
  unpaused(signal: AbortSignal): Promise<void>;
  /** Says in the log that an action is held back, and waits for the user. @throws the signal's reason */
  hold(action: EventDraft, signal: AbortSignal): Promise<Decision>;
  /** Waits for the user where an earlier process has held an action back. @throws the signal's reason */
  consentToHeld(signal: AbortSignal): Promise<Decision>;
  /** Says in the log that the agent repeats itself, and waits for the user. @throws the signal's reason */
  askForWayOut(cause: number, signal: AbortSignal): Promise<WayOut>;

  pause(): void;
  resume(): void;
  /** @param reason why not, in the user's words */
  consent(decision: Consent, reason?: string): void;
  /** The agent has been stopped. @returns the id of the action that was held back then; null when none was */
  withdraw(): number | null;
  recover(option: 1 | 2 | 3, id: number): void;
  /** The user has said something new: then the agent shall not do what it asked for, nor repeat itself, nor be paused. */
  said(id: number): void;
}

/** @param held the id of the action that an earlier process has held back and that still waits */
export function createControl(history: History, initial: AgentState, held: number | null): Control {
  let state = initial;
  let pause: PromiseWithResolvers<void> | null = null;
  const inherited = held === null ? null : createQuestion<Answered>(held);
  let consent = inherited;
  let wayOut: Question<WayOut> | null = null;
  let heard = -1; // the id of the last message

  function record(next: AgentState, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]> {
    state = next;
    return history.append(...drafts);
  }

  // Once the user has decided nobody can decide anything else: the turn goes on, and says so in the log, a moment later.

  function decide(decision: Consent, reason = ""): void {
    state = decision;
    consent?.answer({ consent: decision, reason });
    consent = null;
  }

  function leaveLoop(answer: WayOut): void {
    wayOut?.answer(answer);
    wayOut = null;
  }

  function listen(): void {
    if (isAfter(heard, consent)) decide("user_rejected");
    else if (isAfter(heard, wayOut)) leaveLoop({ kind: "said_something" });
  }

  async function consentTo(question: Question<Answered>, about: number, signal: AbortSignal): Promise<Decision> {
    listen();
    return { ...(await orAborted(question.answered, signal)), about };
  }

  return {
    get state() {
      return state;
    },
    get looping() {
      return wayOut !== null;
    },
    async enter(next, reason) {
      await record(next, stateChanged(next, reason));
    },
    record,
    async unpaused(signal) {
      if (pause) await orAborted(pause.promise, signal);
      signal.throwIfAborted();
    },
    async hold(action, signal) {
      const question = createQuestion<Answered>();
      consent = question; // before the log says so: somebody may be quick
      const waits = stateChanged("awaiting_user_confirmation");
      const [, event] = await record("awaiting_user_confirmation", waits, action);
      const about = idOf(event);
      question.about = about;
      return consentTo(question, about, signal);
    },
    async consentToHeld(signal) {
      if (!inherited || held === null) throw new Error("No earlier process has held back an action.");
      return consentTo(inherited, held, signal);
    },
    async askForWayOut(cause, signal) {
      const question = createQuestion<WayOut>();
      wayOut = question;
      try {
        const [detected] = await record("paused", loopDetected(cause), stateChanged("paused", loopReason));
        question.about = detected?.id;
        listen();
        return await orAborted(question.answered, signal);
      } finally {
        wayOut = null;
      }
    },

    pause() {
      pause ??= Promise.withResolvers();
    },
    resume() {
      pause?.resolve();
      pause = null;
      leaveLoop({ kind: "go_on" });
    },
    consent: decide,
    withdraw() {
      const id = consent?.about ?? null;
      consent = null;
      return id;
    },
    recover: (option, id) => leaveLoop({ kind: "recovery", option, id }),
    said(id) {
      heard = id;
      listen();
    },
  };
}

type Answered = Omit<Decision, "about">;

/** Something that the agent waits for. */
interface Question<Answer> {
  /** The id of the event that asks it; unset while that is not in the log yet. */
  about: number | undefined;
  readonly answered: Promise<Answer>;
  readonly answer: (answer: Answer) => void;
}

function createQuestion<Answer>(about?: number): Question<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  return { about, answered: promise, answer: resolve };
}

/** Whether an event came after a question, so that it can be an answer to it. */
function isAfter(id: number, question: Pick<Question<unknown>, "about"> | null): boolean {
  return question?.about !== undefined && id > question.about;
}

async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const loopReason = `The agent has done the same ${repeatsOfLoop} times in a row, with the same result. Send a loop_recovery, a message, or let it run on.`;

function loopDetected(cause: number): EventDraft {
  return draftObservation(newObservation("loop_detection", loopReason, {}), { source: "environment", cause });
}
