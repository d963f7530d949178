import type { Logger } from "pino";
import type { ActionRequest, AgentState, Event } from "../../contract/index.ts";
import type { AgentDefinition } from "../agent/agent.ts";
import type { Models } from "../agent/models.ts";
import { ApiError } from "../api-error.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { SecretInfo } from "../secrets/custom-secrets.ts";
import type {
  ConversationRecord,
  ConversationStore,
  EventDraft,
  NewConversationRecord,
  Receipt,
} from "../store/store.ts";
import { createAgentLoop, stateChanged } from "./agent-loop.ts";
import type { AgentLoop } from "./agent-loop.ts";
import { draftAction, draftObservation } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";
import { errorObservation, isExecutable } from "./execute.ts";
import { createRecall } from "./recall.ts";
import { interruptedActions, lastAnswered } from "./recovery.ts";
import { replayDrafts } from "./replay.ts";
import { shownRepository } from "./repository-name.ts";

export interface AgentLoopsDeps {
  readonly store: ConversationStore;
  readonly log: EventLog;
  readonly runtime: Runtime;
  readonly models: Models;
  /** The model that a user's conversations use. */
  readonly modelOf: (userId: string) => Promise<string>;
  /** What may be told of a user's secrets. */
  readonly secretsOf: (userId: string) => Promise<SecretInfo[]>;
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
  /** Goes on with a conversation that an earlier process left in the middle of something. */
  recover(record: ConversationRecord): Promise<void>;
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
    const workspace = await deps.runtime.open(record.id);
    if (record.repository !== null && unprepared.has(record.agentState))
      await workspace.clone(record.repository, { signal, ...(record.branch !== null && { branch: record.branch }) });
    signal.throwIfAborted();
    await store.update(record.id, { status: "RUNNING" });
    const loop = await makeLoop(deps, record);
    await loop.begin(reason);
    return loop;
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
        ...(isSetUp ? [] : [await systemEvent(deps, record.userId)]),
        ...(message ? [userMessage(message)] : []),
      ];
      await log.begin(record, opening, receipt);
      begin(record, (signal) => makeReady(record, "", signal));
    },

    async start(record) {
      await log.append(record.id, stateChanged("loading", ""));
      begin(record, (signal) => makeReady(record, "", signal));
    },

    async recover(record) {
      const drafts = await interruptedActions(log, record);
      await log.append(record.id, ...drafts, stateChanged("loading", "The server was restarted."));
      begin(record, (signal) => makeReady(record, "The server was restarted.", signal));
    },

    async loopOf(record) {
      if (record.status !== "RUNNING" && record.status !== "STARTING") throw new ApiError("conversation_not_running");
      const entry = entries.get(record.id);
      // A conversation that was idle when an earlier process ended has no loop until somebody needs it.
      return entry ? entry.loop : begin(record, () => makeLoop(deps, record)).ready;
    },

    react(id, action, eventId) {
      void entries.get(id)?.ready.then((loop) => loop && reactTo(loop, action, eventId, logger));
    },

    end,
    async stop(id, reason) {
      await end(id);
      await store.update(id, { status: "STOPPED" }); // a conversation that was just getting ready has said RUNNING meanwhile
      await log.append(id, stateChanged("stopped", reason));
    },
    async close() {
      await Promise.all([...entries.keys()].map(end));
    },
  };
}

/** Before its first turn a conversation may have no clone yet; later the workspace is what user and agent have made of it. */
const unprepared: ReadonlySet<AgentState | null> = new Set<AgentState | null>([null, "loading", "error"]);

async function makeLoop(deps: AgentLoopsDeps, record: ConversationRecord): Promise<AgentLoop> {
  const workspace = await deps.runtime.open(record.id);
  const { instructions } = await deps.store.setup(record.id);
  return createAgentLoop({
    conversationId: record.id,
    log: deps.log,
    logger: deps.logger,
    workspace,
    definition: () => definitionOf(deps, record.userId),
    answered: await lastAnswered(deps.log, record),
    state: "awaiting_user_input",
    recall: createRecall({
      workspace,
      repository: record.repository === null ? "" : shownRepository(record.repository),
      branch: record.branch ?? "",
      instructions: instructions ?? "",
      secrets: () => deps.secretsOf(record.userId),
    }),
  });
}

async function definitionOf({ models, modelOf }: AgentLoopsDeps, userId: string): Promise<AgentDefinition> {
  const name = await modelOf(userId);
  const definition = models.find(name);
  if (!definition)
    throw new Error(
      `The model ${name} does not run on this server. Set llm_model to one that does: ${models.runnable.join(", ")}`,
    );
  return definition;
}

/** How the agent is set up, said once a conversation. The model may change later; this is what it began with. */
async function systemEvent(deps: AgentLoopsDeps, userId: string): Promise<EventDraft> {
  const model = await deps.modelOf(userId);
  const content = deps.models.find(model)?.systemPrompt ?? `The model is ${model}.`;
  const args = { content, tools: null, openhands_version: null, agent_class: null };
  return draftAction({ action: "system", args }, { source: "agent" });
}

function userMessage({ content, images }: FirstMessage): EventDraft {
  const image_urls = images.length === 0 ? null : [...images];
  const args = { content, file_urls: null, image_urls, wait_for_response: false, security_risk: -1 as const };
  return draftAction({ action: "message", args }, { source: "user" });
}

function reactTo(loop: AgentLoop, action: ActionRequest, eventId: number, logger: Logger): void {
  if (action.action === "message") return loop.wake();
  if (isExecutable(action)) return loop.perform(action, eventId);
  const next = action.action === "finish" ? "finished" : action.args.agent_state;
  loop
    .become(next)
    .catch((error: unknown) => logger.error({ err: error, event_id: eventId }, "the agent could not change its state"));
}
