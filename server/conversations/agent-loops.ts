import type { Logger } from "pino";
import type { ActionRequest, AgentState, Event } from "../../contract/index.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import type { Models } from "../agent/models.ts";
import { ApiError } from "../api-error.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { SecretInfo } from "../secrets/custom-secrets.ts";
import { StoreUnavailableError } from "../store/store.ts";
import type {
  ConversationRecord,
  ConversationStore,
  EventDraft,
  NewConversationRecord,
  Receipt,
} from "../store/store.ts";
import { createAgentLoop } from "./agent-loop.ts";
import type { AgentLoop } from "./agent-loop.ts";
import { answersTo, findHeld, neverAllowed } from "./confirmation.ts";
import type { Held } from "./confirmation.ts";
import { draftAction, draftObservation, errorObservation } from "./event-draft.ts";
import type { Action } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";
import { isExecutable } from "./execute.ts";
import { actionOf, historyOf } from "./history.ts";
import { createRecall } from "./recall.ts";
import { interruptedActions, lastAnswered } from "./recovery.ts";
import type { Interruption } from "./recovery.ts";
import { replayDrafts } from "./replay.ts";
import { shownRepository } from "./repository-name.ts";
import type { Setups } from "./setups.ts";
import { stateChanged } from "./states.ts";

export interface AgentLoopsDeps {
  readonly store: ConversationStore;
  readonly log: EventLog;
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

/** The agent loops of this process, and the conversations that are on the way to one. */
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
  /** Goes on with a conversation that was left in the middle of something. */
  recover(record: ConversationRecord, why: Interruption): Promise<void>;
  /**
   * The loop of a conversation that takes actions; null while its workspace is not ready.
   * @throws {ApiError} `conversation_not_running`
   */
  loopOf(record: ConversationRecord): Promise<AgentLoop | null>;
  /** Sees to an action of the user that has been appended. */
  react(id: string, action: ActionRequest, eventId: number): void;
  /** Ends the agent and every command of a conversation, whose log then says `stopped`. @param reason for the log; may be empty */
  stop(id: string, reason: string): Promise<void>;
  /** Ends the agent and every command of a conversation without a word. */
  end(id: string): Promise<void>;
  /** How many there are. */
  count(): number;
  /** Ends all of them, for the end of the process. */
  close(): Promise<void>;
}

interface Entry {
  readonly controller: AbortController;
  /** Resolves to null when the conversation could not begin. */
  readonly ready: Promise<AgentLoop | null>;
  loop: AgentLoop | null;
}

export function createAgentLoops(deps: AgentLoopsDeps): AgentLoops {
  const { store, log, logger } = deps;
  const entries = new Map<string, Entry>();

  /** Registers a conversation and begins to make its loop, in the background. */
  function begin(record: ConversationRecord, make: (signal: AbortSignal) => Promise<AgentLoop | null>): Entry {
    const controller = new AbortController();
    const ready = make(controller.signal).catch((error: unknown) =>
      controller.signal.aborted ? null : fail(record, error),
    );
    const entry: Entry = { controller, ready, loop: null };
    entries.set(record.id, entry);
    void ready.then((loop) => (entry.loop = loop));
    return entry;
  }

  /** Says in the log why a conversation could not begin. Never throws: there is nobody left to tell. */
  async function fail({ id }: ConversationRecord, error: unknown): Promise<null> {
    logger.error({ err: error, conversation_id: id }, "the conversation could not begin");
    entries.delete(id);
    if (error instanceof StoreUnavailableError) {
      deps.lost(id);
      return null;
    }
    const reason =
      error instanceof WorkspaceError
        ? error.message
        : "The workspace could not be made ready. The server's log says why.";
    try {
      await store.update(id, { status: "ERROR" });
      await log.append(
        id,
        draftObservation(errorObservation(reason, "STATUS$ERROR"), { source: "environment" }),
        stateChanged("error", reason),
      );
    } catch (cause) {
      logger.error({ err: cause, conversation_id: id }, "that the conversation could not begin could not be stored");
    }
    return null;
  }

  async function makeReady(record: ConversationRecord, reason: string, signal: AbortSignal): Promise<AgentLoop | null> {
    await prepare(record, signal);
    signal.throwIfAborted();
    await store.update(record.id, { status: "RUNNING" });
    const loop = await makeLoop(deps, record);
    await loop.begin(reason);
    return loop;
  }

  /** A conversation of V1 is not stored before its workspace is ready. */
  async function prepare(record: ConversationRecord, signal: AbortSignal): Promise<void> {
    if (record.version === "V1" || !unprepared.has(record.agentState)) return;
    const workspace = await deps.runtime.open(record.sandboxId);
    const repository = await deps.setups.cloneUrlOf(record);
    if (repository !== null)
      await workspace.clone(repository, { signal, ...(record.branch !== null && { branch: record.branch }) });
  }

  async function end(id: string): Promise<void> {
    const entry = entries.get(id);
    if (!entry) return;
    entries.delete(id);
    entry.controller.abort(new Error("stopped"));
    await (await entry.ready)?.close();
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
      await log.begin(record, opening, receipt);
      begin(record, (signal) => makeReady(record, "", signal));
    },

    async start(record) {
      await log.append(record.id, stateChanged("loading", ""));
      begin(record, (signal) => makeReady(record, "", signal));
    },

    async recover(record, why) {
      const drafts = await interruptedActions(log, record, why);
      if (await heldIn(log, record)) {
        await log.append(record.id, ...drafts);
        await begin(record, () => makeLoop(deps, record)).ready; // the user can answer at once
        return;
      }
      const reason = `${why}.`;
      await log.append(record.id, ...drafts, stateChanged("loading", reason));
      begin(record, (signal) => makeReady(record, reason, signal));
    },

    async loopOf(record) {
      if (record.status !== "RUNNING" && record.status !== "STARTING") throw new ApiError("conversation_not_running");
      const entry = entries.get(record.id);
      // A conversation that was idle when an earlier process ended has no loop until somebody needs it.
      return entry ? entry.loop : begin(record, () => makeLoop(deps, record)).ready;
    },

    react(id, action, eventId) {
      const entry = entries.get(id);
      if (entry?.loop) reactTo(entry.loop, action, eventId, logger);
      else void entry?.ready.then((loop) => loop && reactTo(loop, action, eventId, logger));
    },

    end,
    async stop(id, reason) {
      await end(id);
      await store.update(id, { status: "STOPPED" }); // a conversation that was just getting ready has said RUNNING meanwhile
      const record = await store.get(id);
      const held = record && (await heldIn(log, record));
      await log.append(id, ...(held ? [neverAllowed(held.id)] : []), stateChanged("stopped", reason));
    },
    count: () => entries.size,
    async close() {
      await Promise.all([...entries.keys()].map(end));
    },
  };
}

/** Before its first turn a conversation may have no clone yet; later the workspace is what user and agent have made of it. */
const unprepared: ReadonlySet<AgentState | null> = new Set<AgentState | null>([null, "loading", "error"]);

async function makeLoop(deps: AgentLoopsDeps, record: ConversationRecord): Promise<AgentLoop> {
  const workspace = await deps.runtime.open(record.sandboxId);
  const history = historyOf(deps.log, record);
  const held = await heldIn(deps.log, record);
  const loop = createAgentLoop({
    conversationId: record.id,
    history,
    logger: deps.logger,
    lost: () => deps.lost(record.id),
    workspace,
    definition: () => definitionOf(deps, record),
    confirmationMode: () => deps.confirmationModeOf(record.userId),
    answered: await lastAnswered(deps.log, record),
    state: record.agentState ?? "awaiting_user_input",
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
  for (const event of await answersTo(held, history)) reactTo(loop, actionOf(event), event.id, deps.logger);
  loop.wake();
  return loop;
}

/** The action that waits for the user's consent; null when none does. */
async function heldIn(log: EventLog, record: ConversationRecord): Promise<Held | null> {
  return record.agentState === "awaiting_user_confirmation" ? findHeld(historyOf(log, record)) : null;
}

async function definitionOf({ models, modelOf }: AgentLoopsDeps, conversation: ModelKey): Promise<AgentDefinition> {
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

function reactTo(loop: AgentLoop, action: Action | ActionRequest, eventId: number, logger: Logger): void {
  if (action.action === "message") return loop.said(eventId);
  if (action.action === "loop_recovery") return loop.recover(action.args.option, eventId);
  if (isExecutable(action)) return loop.perform(action, eventId);
  const next = stateAskedFor(action);
  if (next === null) return;
  loop
    .become(next, action.action === "change_agent_state" ? action.args.thought : "")
    .catch((error: unknown) => logger.error({ err: error, event_id: eventId }, "the agent could not change its state"));
}

function stateAskedFor(action: Action | ActionRequest): AgentState | null {
  if (action.action === "finish") return "finished";
  if (action.action === "reject") return "rejected";
  return action.action === "change_agent_state" ? action.args.agent_state : null;
}
