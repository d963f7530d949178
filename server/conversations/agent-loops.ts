import type { Logger } from "pino";
import type { ActionRequest, AgentState, Event } from "../../contract/index.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import type { Models } from "../agent/models.ts";
import { ApiError } from "../api-error.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { SecretInfo } from "../secrets/custom-secrets.ts";
import { createLocks } from "../locks.ts";
import type { EventBus } from "./event-bus.ts";
import { LeaseLostError, StoreUnavailableError } from "../store/store.ts";
import type {
  ConversationRecord,
  ConversationStore,
  EventDraft,
  LeaseStore,
  NewConversationRecord,
  Receipt,
  StoredEvent,
} from "../store/store.ts";
import { createAgentLoop } from "./agent-loop.ts";
import type { AgentLoop, AgentLoopOptions } from "./agent-loop.ts";
import { answersTo, findHeld, holding, neverAllowed } from "./confirmation.ts";
import type { Held } from "./confirmation.ts";
import { draftAction, draftObservation, errorObservation } from "./event-draft.ts";
import type { Action } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";
import { isExecutable } from "./execute.ts";
import type { Executable } from "./execute.ts";
import { actionOf, historyOf, pastOf } from "./history.ts";
import { heldIn } from "./lease.ts";
import { createRecall } from "./recall.ts";
import { interruptedActions, isUnfinished, lastAnswered } from "./recovery.ts";
import type { Interruption } from "./recovery.ts";
import { replayDrafts } from "./replay.ts";
import { followRequests } from "./requests.ts";
import { isRunning } from "./running-limit.ts";
import { shownRepository } from "./repository-name.ts";
import type { Setups } from "./setups.ts";
import { stateChanged } from "./states.ts";

export interface AgentLoopsDeps {
  readonly store: ConversationStore;
  readonly leases: LeaseStore;
  /** This process, as the holder of conversations. */
  readonly node: string;
  readonly log: EventLog;
  readonly bus: EventBus;
  readonly runtime: Runtime;
  readonly models: Models;
  /** The model that a user's conversations use. */
  readonly modelOf: (userId: string) => Promise<string>;
  /** What may be told of a user's secrets. */
  readonly secretsOf: (userId: string) => Promise<SecretInfo[]>;
  readonly setups: Setups;
  /** Whether a user wants to be asked about risky actions. */
  readonly confirmationModeOf: (userId: string) => Promise<boolean>;
  /** Told of a conversation that cannot go on, or not begin, since the store does not answer. */
  readonly lost: (id: string) => void;
  readonly logger: Logger;
}

/** What a user says at the creation of a conversation. */
export interface FirstMessage {
  readonly content: string;
  /** URLs. */
  readonly images: readonly string[];
}

/** The log that a conversation begins with, besides that it is loading. */
export interface Opening {
  readonly replay: readonly Event[];
  readonly message: FirstMessage | null;
}

/**
 * The agent loops of this process, and the conversations that are on the way to one. A conversation's agent runs where it is
 * held; what it appends is refused once somebody else holds it.
 */
export interface AgentLoops {
  /**
   * Stores a new conversation with the events that it opens with, and begins it: the workspace is made ready in the background.
   * @param receipt of the request that asks for it
   * @throws {ApiError} `conversation_exists`
   * @throws {ReceiptExistsError}
   */
  create(record: NewConversationRecord, opening: Opening, receipt: Receipt | undefined): Promise<void>;
  /** Begins a stopped conversation again, in the background. */
  start(record: ConversationRecord): Promise<void>;
  /** Sees to it that somebody sees to what is asked of a conversation's agent: this process, unless another one does. */
  attend(record: ConversationRecord): Promise<void>;
  /** Goes on with a conversation that nobody holds, if it was left in the middle of something. */
  takeOver(id: string, why: Interruption): Promise<void>;
  /**
   * Ends the agent and every command of a conversation, wherever they run; its log then says `stopped`.
   * @param reason for the log; may be empty
   */
  stop(id: string, reason: string): Promise<void>;
  /** Ends the agent and every command of a conversation that run here without a word. */
  end(id: string): Promise<void>;
  /** Ends all of them; each goes on once it is known again that nobody else holds it. */
  suspend(): Promise<void>;
  /** How many there are. */
  count(): number;
  /** Ends all of them, for the end of the process. */
  close(): Promise<void>;
}

interface Entry {
  readonly epoch: number;
  readonly controller: AbortController;
  /** Resolves to null when the conversation could not begin. */
  readonly ready: Promise<AgentLoop | null>;
  loop: AgentLoop | null;
  readonly unfollow: () => void;
}

type MakeLoop = (record: HeldRecord, signal: AbortSignal) => Promise<AgentLoop | null>;

/** A conversation as it was when it came into this process's hands: what has come since is followed. */
type HeldRecord = ConversationRecord & { readonly epoch: number };

export function createAgentLoops(deps: AgentLoopsDeps): AgentLoops {
  const { store, leases, node, log, bus, runtime, logger } = deps;
  const entries = new Map<string, Entry>();
  const hands = createLocks();

  /** Registers a conversation and begins to make its loop, in the background. */
  function begin(record: HeldRecord, make: MakeLoop): Entry {
    const { id, epoch } = record;
    const controller = new AbortController();
    const ready = make(record, controller.signal).catch((error: unknown) =>
      controller.signal.aborted ? null : fail(record, error),
    );
    const onError = (error: unknown) =>
      logger.error({ err: error, conversation_id: id }, "what a user asked for could not be seen to");
    const drop = () => void end(id, entry);
    const unfollow = followRequests({
      conversationId: id,
      log,
      bus,
      after: record.lastEventId,
      onRequest: (event) => react(id, entry, event),
      onEpoch: (now) => now > epoch && drop(),
      onDeleted: drop,
      onError: (error) => (error instanceof StoreUnavailableError ? lost(id, error) : onError(error)),
    });
    const entry: Entry = { epoch, controller, ready, loop: null, unfollow };
    entries.set(id, entry);
    void ready.then((loop) => (entry.loop = loop));
    return entry;
  }

  function react(id: string, entry: Entry, event: StoredEvent): void {
    const reaction = { whole: () => log.requestOf(id, event), logger };
    if (entry.loop) reactTo(entry.loop, event, reaction);
    else void entry.ready.then((loop) => loop && reactTo(loop, event, reaction));
  }

  /** Says in the log why a conversation could not begin. Never throws: there is nobody left to tell. */
  async function fail({ id, epoch }: HeldRecord, error: unknown): Promise<null> {
    logger.error({ err: error, conversation_id: id }, "the conversation could not begin");
    forget(id);
    if (error instanceof LeaseLostError) return null;
    if (error instanceof StoreUnavailableError) {
      deps.lost(id);
      return null;
    }
    const reason =
      error instanceof WorkspaceError
        ? error.message
        : "The workspace could not be made ready. The server's log says why.";
    try {
      await store.updateHeld(id, epoch, { status: "ERROR" });
      await log.append(
        id,
        heldIn(epoch),
        draftObservation(errorObservation(reason, "STATUS$ERROR"), { source: "environment" }),
        stateChanged("error", reason),
      );
      await leases.release(id, epoch);
    } catch (cause) {
      logger.error({ err: cause, conversation_id: id }, "that the conversation could not begin could not be stored");
    }
    return null;
  }

  async function makeReady(record: HeldRecord, reason: string, signal: AbortSignal): Promise<AgentLoop | null> {
    await prepare(record, signal);
    signal.throwIfAborted();
    if (!(await store.updateHeld(record.id, record.epoch, { status: "RUNNING" })))
      throw new LeaseLostError("Another server runs the agent of this conversation now.");
    const loop = await makeLoopOf(record);
    await loop.begin(reason);
    return loop;
  }

  /** A conversation of V1 is not stored before its workspace is ready. */
  async function prepare(record: ConversationRecord, signal: AbortSignal): Promise<void> {
    if (record.version === "V1" || !unprepared.has(record.agentState)) return;
    const workspace = await runtime.open(record.sandboxId);
    const repository = await deps.setups.cloneUrlOf(record);
    if (repository !== null)
      await workspace.clone(repository, { signal, ...(record.branch !== null && { branch: record.branch }) });
  }

  function makeLoopOf(record: HeldRecord): Promise<AgentLoop> {
    return makeLoop({ ...deps, lost: (why) => lost(record.id, why) }, record);
  }

  function lost(id: string, why: StoreUnavailableError | LeaseLostError): void {
    if (why instanceof StoreUnavailableError) deps.lost(id);
    else void end(id);
  }

  function forget(id: string): void {
    entries.get(id)?.unfollow();
    entries.delete(id);
  }

  /** @param only nothing but this one */
  async function end(id: string, only?: Entry): Promise<void> {
    const entry = entries.get(id);
    if (!entry || (only && entry !== only)) return;
    forget(id);
    entry.controller.abort(new Error("stopped"));
    await (await entry.ready)?.close();
  }

  /** @returns null where nobody is to run its agent, or another one does */
  async function claim(id: string): Promise<HeldRecord | null> {
    const epoch = await leases.claim(id, node);
    if (epoch === null) return null;
    const record = await store.get(id); // whoever held it before appends nothing any more
    return record && { ...record, epoch };
  }

  async function recover(record: HeldRecord, why: Interruption): Promise<void> {
    await runtime.endCommands(record.sandboxId);
    const drafts = await interruptedActions(log, record, why);
    if (await heldActionOf(log, record)) {
      await log.append(record.id, heldIn(record.epoch), ...drafts);
      await begin(record, makeLoopOf).ready; // the user can answer at once
      return;
    }
    const reason = `${why}.`;
    await log.append(record.id, heldIn(record.epoch), ...drafts, stateChanged("loading", reason));
    begin(record, (held, signal) => makeReady(held, reason, signal));
  }

  /** @param idle what becomes of one in which nothing is to be done */
  async function goOn(id: string, why: Interruption, idle: (record: HeldRecord) => Promise<void>): Promise<void> {
    const record = await claim(id);
    if (!record) return;
    if (!isRunning(record)) return void (await leases.release(id, record.epoch));
    if (await isUnfinished(log, record)) await recover(record, why);
    else await idle(record);
  }

  /** @param wasHere whether the agent has ended in an orderly way */
  async function tellStopped(id: string, epoch: number, reason: string, wasHere: boolean): Promise<void> {
    const record = await store.get(id);
    if (!record) throw new ApiError("conversation_not_found");
    const undone = wasHere ? [] : await interruptedActions(log, record, "The conversation was stopped");
    const held = await heldActionOf(log, record);
    const drafts = [...undone, ...(held ? [neverAllowed(held.id)] : []), stateChanged("stopped", reason)];
    await log.append(id, heldIn(epoch), ...drafts);
    await leases.release(id, epoch);
  }

  return {
    async create(record, { replay, message }, receipt) {
      const replayed = replayDrafts(replay);
      const isSetUp = replayed.some(({ type }) => type === "system");
      const opening = [
        ...replayed,
        stateChanged("loading", ""),
        ...(isSetUp ? [] : [await systemEvent(deps, record)]),
        ...(message ? [userMessage(message)] : []),
      ];
      const { id } = record;
      await log.begin(record, opening, receipt);
      await hands.alone(id, async () => {
        const epoch = await leases.claim(id, node);
        if (epoch === null) return; // another server has found it without a holder
        const lastEventId = record.lastEventId + opening.length;
        begin({ ...record, epoch, lastEventId }, (held, signal) => makeReady(held, "", signal));
      });
    },

    start: ({ id }) =>
      hands.alone(id, async () => {
        const record = await claim(id);
        if (!record) return; // another server has been asked to at the same moment
        const { epoch } = record;
        if (!(await store.updateHeld(id, epoch, { status: "STARTING" }))) return;
        await log.append(id, heldIn(epoch), stateChanged("loading", ""));
        begin({ ...record, status: "STARTING" }, (held, signal) => makeReady(held, "", signal));
      }),

    attend: ({ id }) =>
      hands.alone(id, async () => {
        if (entries.has(id)) return;
        // A conversation in which nothing was to be done has no loop until somebody needs it.
        await goOn(id, "Another server has taken over", async (record) => void (await begin(record, makeLoopOf).ready));
      }),

    takeOver: (id, why) =>
      hands.alone(id, async () => {
        if (entries.has(id)) return;
        const letGo = async ({ epoch, lastEventId }: HeldRecord): Promise<void> => {
          if (!(await leases.release(id, epoch, lastEventId))) await goOn(id, why, letGo); // somebody has said something meanwhile
        };
        await goOn(id, why, letGo);
      }),

    end: (id) => hands.alone(id, () => end(id)),
    stop: (id, reason) =>
      hands.alone(id, async () => {
        const isHere = entries.has(id);
        await end(id);
        const epoch = await leases.take(id, node);
        if (epoch === null) throw new ApiError("conversation_not_found");
        bus.publish(id, { type: "head", lastEventId: -1, epoch }); // whoever ran it need not find that out
        const { sandboxId = id } = (await store.get(id)) ?? {};
        if (!isHere) await runtime.endCommands(sandboxId);
        await store.update(id, { status: "STOPPED" }); // a conversation that was just getting ready has said RUNNING meanwhile
        try {
          await tellStopped(id, epoch, reason, isHere);
        } catch (error) {
          if (!(error instanceof LeaseLostError)) throw error; // another server has been asked to at the same moment, and says so
        }
      }),
    async suspend() {
      const ids = [...entries.keys()];
      await Promise.all(ids.map((id) => end(id)));
      ids.forEach(deps.lost);
    },
    count: () => entries.size,
    async close() {
      await Promise.all([...entries.keys()].map((id) => end(id)));
    },
  };
}

/** Before its first turn a conversation may have no clone yet; later the workspace is what user and agent have made of it. */
const unprepared: ReadonlySet<AgentState | null> = new Set<AgentState | null>([null, "loading", "error"]);

type LoopDeps = Omit<AgentLoopsDeps, "lost"> & Pick<AgentLoopOptions, "lost">;

async function makeLoop(deps: LoopDeps, record: HeldRecord): Promise<AgentLoop> {
  const workspace = await deps.runtime.open(record.sandboxId);
  const history = historyOf(deps.log, record, heldIn(record.epoch));
  const held = await heldActionOf(deps.log, record);
  const loop = createAgentLoop({
    conversationId: record.id,
    history,
    logger: deps.logger,
    lost: deps.lost,
    workspace,
    definition: () => definitionOf(deps, record),
    confirmationMode: () => deps.confirmationModeOf(record.userId),
    answered: await lastAnswered(deps.log, record),
    state: held ? "awaiting_user_confirmation" : (record.agentState ?? "awaiting_user_input"),
    held,
    recall: createRecall({
      workspace,
      repository: record.repository === null ? "" : shownRepository(record.repository),
      branch: record.branch ?? "",
      instructions: await deps.setups.instructionsOf(record),
      secrets: () => deps.secretsOf(record.userId),
    }),
  });
  if (!held) return loop;
  // What the user has answered was acknowledged, and the process ended before it had an effect.
  for (const event of await answersTo(held, history, record.lastEventId))
    reactTo(loop, event, { whole: () => deps.log.requestOf(record.id, event), logger: deps.logger });
  loop.wake();
  return loop;
}

/** The action that waits for the user's consent; null when none does. */
async function heldActionOf(log: EventLog, record: ConversationRecord): Promise<Held | null> {
  return holding.has(record.agentState) ? findHeld(pastOf(log, record)) : null;
}

async function definitionOf(
  { models, modelOf }: Pick<AgentLoopsDeps, "models" | "modelOf">,
  conversation: ModelKey,
): Promise<AgentDefinition> {
  const name = conversation.llmModel ?? (await modelOf(conversation.userId));
  const definition = models.find(name);
  if (!definition)
    throw new Error(
      `The model ${name} does not run on this server. Set llm_model to one that does: ${models.runnable.join(", ")}`,
    );
  return definition;
}

/** What a conversation's model depends on. */
type ModelKey = Pick<ConversationRecord, "userId" | "llmModel">;

/** How the agent is set up, said once a conversation. The model may change later; this is what it began with. */
async function systemEvent(deps: AgentLoopsDeps, conversation: ModelKey): Promise<EventDraft> {
  const model = conversation.llmModel ?? (await deps.modelOf(conversation.userId));
  const content = deps.models.find(model)?.systemPrompt ?? `The model is ${model}.`;
  const args = { content, tools: null, openhands_version: null, agent_class: null };
  return draftAction({ action: "system", args }, { source: "agent" });
}

function userMessage({ content, images }: FirstMessage): EventDraft {
  const image_urls = images.length === 0 ? null : [...images];
  const args = { content, file_urls: null, image_urls, wait_for_response: false, security_risk: -1 as const };
  return draftAction({ action: "message", args }, { source: "user" });
}

interface Reaction {
  /** The request with what is secret in it. */
  readonly whole: () => Promise<Action | ActionRequest | null>;
  readonly logger: Logger;
}

/** Does what a user has asked for. */
function reactTo(loop: AgentLoop, event: StoredEvent, { whole, logger }: Reaction): void {
  const action: Action | ActionRequest = event.request ?? actionOf(event);
  if (action.action === "message") return loop.said(event.id);
  if (action.action === "loop_recovery") return loop.recover(action.args.option, event.id);
  if (isExecutable(action)) return loop.perform(action, event.id, whole as () => Promise<Executable | null>); // the same action
  const next = stateIn(action);
  if (next === null) return;
  loop
    .become(next, action.action === "change_agent_state" ? action.args.thought : "")
    .catch((error: unknown) =>
      logger.error({ err: error, event_id: event.id }, "the agent could not change its state"),
    );
}

function stateIn(action: Action | ActionRequest): AgentState | null {
  if (action.action === "finish") return "finished";
  if (action.action === "reject") return "rejected";
  return action.action === "change_agent_state" ? action.args.agent_state : null;
}
