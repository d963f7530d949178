import { localSpec } from "../../contract/index.ts";
import type {
  ActionRequest,
  AgentType,
  ConversationTrigger,
  ConversationVersion,
  Event,
  McpConfig,
  ProviderType,
} from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { createLocks } from "../locks.ts";
import { newId } from "../identity/tokens.ts";
import { reaches } from "../identity/principal.ts";
import type { Principal } from "../identity/principal.ts";
import type { Runtime, Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type {
  ConversationFilter,
  ConversationRecord,
  EventDraft,
  NewConversationRecord,
  Receipt,
  SandboxStore,
  StartTaskStore,
  StoredEvent,
} from "../store/store.ts";
import { draftAction } from "./event-draft.ts";
import { MovedOnError, judgementOn } from "./judgement.ts";
import { createAgentLoops } from "./agent-loops.ts";
import type { AgentLoopsDeps, FirstMessage } from "./agent-loops.ts";
import { shownRepository } from "./repository-name.ts";
import type { Interruption } from "./recovery.ts";
import { createResumption } from "./resumption.ts";
import { createRunningLimit, isRunning } from "./running-limit.ts";
import { stateAskedFor } from "./states.ts";

export interface ConversationServiceDeps extends Omit<AgentLoopsDeps, "lost"> {
  readonly clock: Clock;
  readonly sandboxes: Pick<SandboxStore, "deleteEmpty">;
  readonly startTasks: Pick<StartTaskStore, "deleteByConversation">;
  /** How many conversations of one user may run at a time. */
  readonly maxRunning: number;
}

/** What a conversation is to begin with; null where that is nothing. */
export interface NewConversation {
  /** Null for one that nothing has yet. */
  readonly id: string | null;
  /** The version of the API that it is created with. */
  readonly version: ConversationVersion;
  /** A URL that git can clone. */
  readonly repository: string | null;
  /** Null for the default one. */
  readonly branch: string | null;
  readonly gitProvider: ProviderType | null;
  readonly trigger: ConversationTrigger | null;
  readonly instructions: string | null;
  /** Null for that of the settings. */
  readonly mcpConfig: McpConfig | null;
  readonly message: FirstMessage | null;
  /** What becomes the log without happening again. */
  readonly replay: readonly Event[];
}

/** What a conversation in a workspace that is ready begins with, besides. */
export interface PreparedConversation extends NewConversation {
  readonly id: string;
  readonly sandboxId: string;
  readonly title: string;
  readonly trigger: ConversationTrigger | null;
  /** The conversation that begins it; null for none. */
  readonly parentId: string | null;
  /** Null for that of the settings. */
  readonly llmModel: string | null;
  readonly agentType: AgentType;
  readonly prNumbers: readonly number[];
}

/** As many events as there are actions. */
type EventsOf<Actions extends readonly ActionRequest[]> = { readonly [Index in keyof Actions]: StoredEvent };

/**
 * What can be done with conversations. Each operation on one takes who asks, and throws `conversation_not_found` for a
 * conversation of somebody else just as for one that does not exist.
 */
export interface ConversationService {
  /**
   * Creates a conversation and begins it. A failure leaves nothing of it behind.
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ApiError} `repository_unavailable`, `conversation_exists`
   * @throws {ReceiptExistsError}
   */
  create(
    principal: Principal,
    request: NewConversation,
    receiptOf: (record: ConversationRecord) => Receipt | undefined,
  ): Promise<ConversationRecord>;
  /**
   * Creates a conversation in a sandbox whose workspace is ready, and begins it.
   * @throws {ApiError} `conversation_exists`
   */
  createPrepared(principal: Principal, request: PreparedConversation): Promise<void>;
  get(principal: Principal, id: string): Promise<ConversationRecord>;
  list(filter: ConversationFilter): Promise<ConversationRecord[]>;
  rename(principal: Principal, id: string, title: string): Promise<void>;
  /** Deletes it with those that it has begun, and with its sandbox, unless another one is in that. */
  delete(principal: Principal, id: string): Promise<void>;
  /** @returns the conversation as it is now */
  start(principal: Principal, id: string): Promise<ConversationRecord>;
  stop(principal: Principal, id: string): Promise<ConversationRecord>;
  /**
   * Appends actions of the user in their order, all or none, and sees to what they ask for. Resolves once they are durable.
   * @param receiptOf makes the receipt of the request that asks for it
   * @returns their events, one each
   * @throws {ApiError} `conversation_not_running`, `agent_state_conflict`
   * @throws {ReceiptExistsError}
   */
  act<const Actions extends readonly ActionRequest[]>(
    principal: Principal,
    id: string,
    actions: Actions,
    receiptOf?: (events: EventsOf<Actions>) => Receipt | undefined,
  ): Promise<EventsOf<Actions>>;
  workspace(principal: Principal, id: string): Promise<Workspace>;
  /** Goes on with what an earlier process left unfinished. */
  recover(): Promise<void>;
  /** Goes on with what other servers have left since. @throws {StoreUnavailableError} */
  adopt(): Promise<void>;
  /** Ends all agents and commands here, until it is known again who is to run them. */
  suspend(): Promise<void>;
  /** How many conversations have an agent in this process. */
  agentLoops(): number;
  /** Stops every agent and command, for the end of the process. */
  close(): Promise<void>;
}

export function createConversationService(deps: ConversationServiceDeps): ConversationService {
  const { store, leases, log, bus, runtime, clock } = deps;
  const resumption = createResumption({ resume, logger: deps.logger });
  const loops = createAgentLoops({ ...deps, lost: resumption.lost });
  const lifecycle = createLocks();
  // Always the outer one of the two locks, as it takes the inner one of other conversations.
  const runningLimit = createRunningLimit({ limit: deps.maxRunning, store, stop: crowdOut });

  async function get(principal: Principal, id: string): Promise<ConversationRecord> {
    const record = await store.get(id);
    if (!record || !reaches(principal, { id: record.sandboxId, userId: record.userId }))
      throw new ApiError("conversation_not_found");
    return record;
  }

  async function deleteAlone(principal: Principal, id: string): Promise<void> {
    const { sandboxId } = await get(principal, id);
    await loops.end(id);
    await store.delete(id);
    await loops.end(id); // what a request that came between has begun
    if (await deps.sandboxes.deleteEmpty(sandboxId)) await runtime.remove(sandboxId);
    bus.publish(id, { type: "deleted" });
  }

  async function remove(principal: Principal, id: string): Promise<void> {
    await get(principal, id);
    for (const child of await store.children([id])) await remove(principal, child.id);
    await lifecycle.alone(id, () => deleteAlone(principal, id));
    await deps.startTasks.deleteByConversation(id);
  }

  return {
    get,
    list: (filter) => store.list(filter),

    async create(principal, request, receiptOf) {
      await assertFree(request.id);
      const { repository } = request;
      const branch = repository === null ? null : await reachableBranch(runtime, repository, request.branch);
      const record = newRecord(principal, { ...request, branch });
      await admit(record, request, receiptOf(record));
      return record;
    },

    async createPrepared(principal, request) {
      const { sandboxId, parentId, llmModel, agentType, title, prNumbers } = request;
      const { sandbox: _, ...record } = newRecord(principal, request);
      const given = { sandboxId, parentId, llmModel, agentType, title, prNumbers };
      await admit({ ...record, ...given }, request, undefined);
    },

    async rename(principal, id, title) {
      await get(principal, id);
      await store.update(id, { title, updatedAt: timestamp(clock) });
      bus.publish(id, { type: "title", title });
    },

    delete: remove,

    async start(principal, id) {
      const before = await get(principal, id);
      if (isRunning(before)) return before;
      return runningLimit.admit(principal.userId, id, () =>
        lifecycle.alone(id, async () => {
          const record = await get(principal, id);
          if (isRunning(record)) return record;
          await loops.start(record);
          return { ...record, status: "STARTING" };
        }),
      );
    },

    stop: (principal, id) =>
      lifecycle.alone(id, async () => {
        const record = await get(principal, id);
        if (record.status === "STOPPED") return record;
        await stopNow(id, "");
        return { ...record, status: "STOPPED" };
      }),

    async act<const Actions extends readonly ActionRequest[]>(
      principal: Principal,
      id: string,
      actions: Actions,
      receiptOf: (events: EventsOf<Actions>) => Receipt | undefined = () => undefined,
    ) {
      for (let attempt = 1; ; attempt += 1) {
        const record = await get(principal, id);
        if (!isRunning(record)) throw new ApiError("conversation_not_running");
        await loops.attend(record);
        try {
          const eventsOf = (stored: readonly StoredEvent[]) => stored as unknown as EventsOf<Actions>; // one each
          const judgement = await judgementOn(actions, record, log);
          const events = await log.appendOnce(id, judgement, actions.map(request), (stored) =>
            receiptOf(eventsOf(stored)),
          );
          return eventsOf(events);
        } catch (error) {
          if (!(error instanceof MovedOnError) || attempt === judgements) throw error;
        }
      }
    },

    async workspace(principal, id) {
      return runtime.open((await get(principal, id)).sandboxId);
    },

    recover: async () => {
      for (const id of await leases.unheld()) await takeOver(id, "The server was restarted");
    },

    adopt: async () => {
      for (const id of await leases.orphans(adopted)) await takeOver(id, "Another server has taken over");
      await leases.forgetEnded();
    },

    suspend: () => loops.suspend(),

    agentLoops: () => loops.count(),
    async close() {
      resumption.close();
      await loops.close();
    },
  };

  function admit(record: NewConversationRecord, opening: NewConversation, receipt: Receipt | undefined): Promise<void> {
    const { id, userId } = record;
    // One of that id may be on its way out.
    return runningLimit.admit(userId, id, () => lifecycle.alone(id, () => loops.create(record, opening, receipt)));
  }

  function resume(id: string): Promise<void> {
    return lifecycle.alone(id, async () => {
      await loops.end(id);
      await loops.takeOver(id, "The store did not answer");
    });
  }

  function takeOver(id: string, why: Interruption): Promise<void> {
    return lifecycle.alone(id, () => loops.takeOver(id, why));
  }

  /** @param reason for the log */
  async function stopNow(id: string, reason: string): Promise<void> {
    await store.update(id, { status: "STOPPED" }); // from here on no action is taken
    await loops.stop(id, reason);
  }

  /** Stops a conversation that has to make room for another one of its user. */
  function crowdOut(id: string): Promise<void> {
    return lifecycle.alone(id, async () => {
      const record = await store.get(id);
      if (!record || !isRunning(record)) return;
      const message = `No more than ${deps.maxRunning} of your conversations can run at a time, and you have begun another one. Start this one again to go on.`;
      bus.publish(id, { type: "crowded_out", message });
      await stopNow(id, message);
    });
  }

  /** A conversation that cannot be created must not make room for itself. @throws {ApiError} `conversation_exists` */
  async function assertFree(id: string | null): Promise<void> {
    if (id !== null && (await store.get(id))) throw new ApiError("conversation_exists");
  }

  function newRecord({ userId }: Principal, request: NewConversation): NewConversationRecord {
    const { repository, branch, gitProvider, trigger, replay, version } = request;
    const id = request.id ?? newId();
    const setup = deps.setups.seal(id, request);
    const createdAt = timestamp(clock);
    return {
      id,
      userId,
      version,
      title: `Conversation ${id.slice(0, 5)}`,
      status: "STARTING",
      repository: repository && shownRepository(repository),
      branch,
      gitProvider,
      trigger,
      createdAt,
      updatedAt: null,
      lastEventId: -1,
      agentState: null,
      replayedUntil: replay.length - 1,
      sandboxId: id,
      sandbox: { id, userId, specId: localSpec.id, paused: false, keySalt: newId(), createdAt },
      parentId: null,
      llmModel: null,
      agentType: "default",
      prNumbers: [],
      ...(setup && { setup }),
    };
  }

  async function reachableBranch(from: Runtime, repository: string, branch: string | null): Promise<string | null> {
    try {
      const check = await from.checkRepository(repository, branch === null ? {} : { branch });
      return check.branch;
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error;
      const details = [{ in: "body" as const, path: "repository", message: error.message }];
      throw new ApiError("repository_unavailable", error.message, { details, cause: error });
    }
  }
}

/** So often is a request judged anew while others come between. */
const judgements = 50;

/** So many conversations of others are looked at at a time. */
const adopted = 100;

/** What a user asks for, ready for the log. What the agent is free to do counts as done from then on. */
function request(action: ActionRequest): EventDraft {
  const agentState = stateAskedFor(action);
  return { ...draftAction(action, { source: "user" }), request: action, ...(agentState && { agentState }) };
}
