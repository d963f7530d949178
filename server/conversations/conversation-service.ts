import type { ActionRequest } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { createLocks } from "../locks.ts";
import { newId } from "../identity/tokens.ts";
import type { Principal } from "../identity/identity.ts";
import type { Runtime, Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { ConversationFilter, ConversationRecord } from "../store/store.ts";
import { draftAction } from "./event-draft.ts";
import type { EventBus } from "./event-bus.ts";
import { isUnfinished } from "./recovery.ts";
import { createAgentLoops } from "./agent-loops.ts";
import type { AgentLoopsDeps } from "./agent-loops.ts";

export interface ConversationServiceDeps extends AgentLoopsDeps {
  readonly bus: EventBus;
  readonly clock: Clock;
}

export interface NewConversation {
  readonly repository?: string | null | undefined;
  readonly selected_branch?: string | null | undefined;
  readonly initial_user_msg?: string | null | undefined;
}

/**
 * What can be done with conversations. Each operation on one takes who asks, and throws `conversation_not_found` for a
 * conversation of somebody else just as for one that does not exist.
 */
export interface ConversationService {
  /** @throws {ApiError} `repository_unavailable` */
  create(principal: Principal, request: NewConversation): Promise<ConversationRecord>;
  get(principal: Principal, id: string): Promise<ConversationRecord>;
  list(filter: ConversationFilter): Promise<ConversationRecord[]>;
  rename(principal: Principal, id: string, title: string): Promise<void>;
  delete(principal: Principal, id: string): Promise<void>;
  /** @returns the conversation as it is now */
  start(principal: Principal, id: string): Promise<ConversationRecord>;
  stop(principal: Principal, id: string): Promise<ConversationRecord>;
  /**
   * Appends an action of the user and sees to what it asks for. Resolves once it is durable.
   * @returns the id of its event
   * @throws {ApiError} `conversation_not_running`, `agent_state_conflict`
   */
  act(principal: Principal, id: string, action: ActionRequest): Promise<number>;
  workspace(principal: Principal, id: string): Promise<Workspace>;
  /** Goes on with what an earlier process left unfinished. */
  recover(): Promise<void>;
  /** Stops every agent and command, for the end of the process. */
  close(): Promise<void>;
}

export function createConversationService(deps: ConversationServiceDeps): ConversationService {
  const { store, log, bus, runtime, clock } = deps;
  const loops = createAgentLoops(deps);
  const lifecycle = createLocks();
  const intervening = createLocks();

  async function get({ userId }: Principal, id: string): Promise<ConversationRecord> {
    const record = await store.get(id);
    if (record?.userId !== userId) throw new ApiError("conversation_not_found");
    return record;
  }

  return {
    get,
    list: (filter) => store.list(filter),

    async create(principal, request) {
      const repository = request.repository ?? null;
      const branch =
        repository === null ? null : await reachableBranch(runtime, repository, request.selected_branch ?? undefined);
      const id = newId();
      const record: ConversationRecord = {
        id,
        userId: principal.userId,
        title: `Conversation ${id.slice(0, 5)}`,
        status: "STARTING",
        repository,
        branch,
        trigger: principal.via === "key" ? "openhands_api" : "gui",
        createdAt: timestamp(clock),
        updatedAt: null,
        lastEventId: -1,
        agentState: null,
      };
      await store.insert(record);
      await loops.start(record, request.initial_user_msg ?? undefined);
      return record;
    },

    async rename(principal, id, title) {
      await get(principal, id);
      await store.update(id, { title, updatedAt: timestamp(clock) });
      bus.publish(id, { type: "title", title });
    },

    delete: (principal, id) =>
      lifecycle.alone(id, async () => {
        await get(principal, id);
        await loops.end(id);
        await store.delete(id);
        await loops.end(id); // what a request that came between has begun
        await runtime.remove(id);
        bus.publish(id, { type: "deleted" });
      }),

    start: (principal, id) =>
      lifecycle.alone(id, async () => {
        const record = await get(principal, id);
        if (record.status === "RUNNING" || record.status === "STARTING") return record;
        await store.update(id, { status: "STARTING" });
        await loops.start({ ...record, status: "STARTING" });
        return get(principal, id);
      }),

    stop: (principal, id) =>
      lifecycle.alone(id, async () => {
        const record = await get(principal, id);
        if (record.status === "STOPPED") return record;
        await store.update(id, { status: "STOPPED" }); // from here on no action is taken
        await loops.stop(id);
        return { ...record, status: "STOPPED" };
      }),

    async act(principal, id, action) {
      const record = await get(principal, id);
      const loop = await loops.loopOf(record);
      const append = async () => {
        const [event] = await log.append(id, draftAction(action, { source: "user" }));
        const eventId = event?.id ?? 0;
        loops.react(id, action, eventId);
        return eventId;
      };
      if (!interventions.has(action.action)) return append();
      // Two that exclude each other may come at once: the second is judged by what the first has changed.
      return intervening.alone(id, async () => {
        if (!loop) throw stillStarting();
        loop.assertAllows(action);
        return append();
      });
    },

    async workspace(principal, id) {
      await get(principal, id);
      return runtime.open(id);
    },

    async recover() {
      for (const record of await store.listByStatus(["STARTING", "RUNNING"]))
        if (await isUnfinished(log, record)) await loops.recover(record);
    },

    close: () => loops.close(),
  };

  async function reachableBranch(
    from: Runtime,
    repository: string,
    branch: string | undefined,
  ): Promise<string | null> {
    try {
      const check = await from.checkRepository(repository, branch === undefined ? {} : { branch });
      return check.branch;
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error;
      const details = [{ in: "body" as const, path: "repository", message: error.message }];
      throw new ApiError("repository_unavailable", error.message, { details, cause: error });
    }
  }
}

/** The actions that the agent's state may forbid. */
const interventions: ReadonlySet<string> = new Set<ActionRequest["action"]>(["change_agent_state", "loop_recovery"]);

function stillStarting(): ApiError {
  const message = "The conversation is still starting. Wait for an `agent_state_changed` event.";
  return new ApiError("agent_state_conflict", message);
}
