import type { ActionRequest } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { createLocks } from "../locks.ts";
import { newId } from "../identity/tokens.ts";
import type { Principal } from "../identity/principal.ts";
import type { Runtime, Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { ConversationFilter, ConversationRecord, Receipt, StoredEvent } from "../store/store.ts";
import { draftAction } from "./event-draft.ts";
import type { EventBus } from "./event-bus.ts";
import { isUnfinished } from "./recovery.ts";
import { createAgentLoops } from "./agent-loops.ts";
import type { AgentLoop } from "./agent-loop.ts";
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

/** As many events as there are actions. */
type EventsOf<Actions extends readonly ActionRequest[]> = { readonly [Index in keyof Actions]: StoredEvent };

/**
 * What can be done with conversations. Each operation on one takes who asks, and throws `conversation_not_found` for a
 * conversation of somebody else just as for one that does not exist.
 */
export interface ConversationService {
  /**
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ApiError} `repository_unavailable`
   * @throws {ReceiptExistsError}
   */
  create(
    principal: Principal,
    request: NewConversation,
    receiptOf: (record: ConversationRecord) => Receipt | undefined,
  ): Promise<ConversationRecord>;
  get(principal: Principal, id: string): Promise<ConversationRecord>;
  list(filter: ConversationFilter): Promise<ConversationRecord[]>;
  rename(principal: Principal, id: string, title: string): Promise<void>;
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
  /** Stops every agent and command, for the end of the process. */
  close(): Promise<void>;
}

export function createConversationService(deps: ConversationServiceDeps): ConversationService {
  const { store, log, bus, runtime, clock } = deps;
  const loops = createAgentLoops(deps);
  const lifecycle = createLocks();

  async function get({ userId }: Principal, id: string): Promise<ConversationRecord> {
    const record = await store.get(id);
    if (record?.userId !== userId) throw new ApiError("conversation_not_found");
    return record;
  }

  return {
    get,
    list: (filter) => store.list(filter),

    async create(principal, request, receiptOf) {
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
      await store.insert(record, receiptOf(record));
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

    async act<const Actions extends readonly ActionRequest[]>(
      principal: Principal,
      id: string,
      actions: Actions,
      receiptOf: (events: EventsOf<Actions>) => Receipt | undefined = () => undefined,
    ) {
      const record = await get(principal, id);
      const loop = await loops.loopOf(record);
      for (const action of actions) assertAllowed(action, loop);
      const drafts = actions.map((action) => draftAction(action, { source: "user" }));
      const eventsOf = (stored: readonly StoredEvent[]) => stored as unknown as EventsOf<Actions>; // one each
      const events = await log.appendOnce(id, drafts, (stored) => receiptOf(eventsOf(stored)));
      actions.forEach((action, index) => loops.react(id, action, events[index]?.id ?? -1));
      return eventsOf(events);
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

/** @throws {ApiError} `agent_state_conflict` for a change of state that the agent cannot make now */
function assertAllowed(action: ActionRequest, loop: AgentLoop | null): void {
  if (action.action !== "change_agent_state") return;
  if (!loop)
    throw new ApiError(
      "agent_state_conflict",
      "The conversation is still starting. Wait for an `agent_state_changed` event.",
    );
  loop.assertCanBecome(action.args.agent_state);
}
