import { localSpec } from "../../contract/index.ts";
import type { SandboxStatus } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { timestamp } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import { reaches } from "../identity/principal.ts";
import type { Principal } from "../identity/principal.ts";
import { newId } from "../identity/tokens.ts";
import { createLocks } from "../locks.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { Runtime, Workspace } from "../runtime/runtime.ts";
import type { ConversationStore, Position, Receipt, SandboxRecord, SandboxStore } from "../store/store.ts";
import { sandboxStatus } from "./status.ts";

/** A workspace with its processes. */
export interface Sandbox extends SandboxRecord {
  readonly status: SandboxStatus;
}

/**
 * What can be done with sandboxes. Each operation on one takes who asks, and throws `sandbox_not_found` for a sandbox of
 * somebody else just as for one that does not exist.
 */
export interface SandboxService {
  /**
   * Makes an empty one, which runs.
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ReceiptExistsError}
   */
  start(principal: Principal, receiptOf?: (sandbox: Sandbox) => Receipt | undefined): Promise<Sandbox>;
  get(principal: Principal, id: string): Promise<Sandbox>;
  /** In the order of the ids; null for an id of none that the caller has. */
  many(principal: Principal, ids: readonly string[]): Promise<(Sandbox | null)[]>;
  /** Newest first. */
  list(
    principal: Principal,
    page: { readonly after?: Position | undefined; readonly limit: number },
  ): Promise<Sandbox[]>;
  /** Stops the agents in it and ends its processes. */
  pause(principal: Principal, id: string): Promise<void>;
  /** Starts what a pause, or anything else, has stopped in it. */
  resume(principal: Principal, id: string): Promise<void>;
  /** Deletes it with its conversations and its files. */
  delete(principal: Principal, id: string): Promise<void>;
  /** Does something in a sandbox that is neither paused nor deleted meanwhile. */
  during<Result>(principal: Principal, id: string, work: () => Promise<Result>): Promise<Result>;
  /** Works on the files of one. */
  inWorkspace<Result>(
    principal: Principal,
    id: string,
    work: (workspace: Workspace) => Promise<Result>,
  ): Promise<Result>;
}

export interface SandboxServiceDeps {
  readonly store: SandboxStore;
  readonly inSandboxes: ConversationStore["inSandboxes"];
  readonly conversations: Pick<ConversationService, "start" | "stop" | "delete">;
  readonly runtime: Runtime;
  readonly clock: Clock;
}

export function createSandboxService(deps: SandboxServiceDeps): SandboxService {
  const { store, conversations, runtime, clock } = deps;
  const changes = createLocks();

  async function withStatus(records: readonly SandboxRecord[]): Promise<Sandbox[]> {
    const inside = Map.groupBy(await deps.inSandboxes(records.map(({ id }) => id)), ({ sandboxId }) => sandboxId);
    return records.map((record) => {
      const statuses = (inside.get(record.id) ?? []).map(({ status }) => status);
      return { ...record, status: sandboxStatus(record.paused, statuses) };
    });
  }

  async function find(principal: Principal, id: string): Promise<SandboxRecord> {
    const record = await store.get(id);
    if (!record || !reaches(principal, record)) throw new ApiError("sandbox_not_found");
    return record;
  }

  async function get(principal: Principal, id: string): Promise<Sandbox> {
    const [sandbox] = await withStatus([await find(principal, id)]);
    if (!sandbox) throw new ApiError("sandbox_not_found");
    return sandbox;
  }

  /** Carries out a change of every conversation in it, apart from those that are deleted meanwhile. */
  async function each(id: string, change: (conversation: { id: string; status: string }) => Promise<unknown>) {
    for (const conversation of await deps.inSandboxes([id])) {
      await change(conversation).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === "conversation_not_found")) throw error;
      });
    }
  }

  return {
    get,
    async start({ userId }, receiptOf) {
      const createdAt = timestamp(clock);
      const record = { id: newId(), userId, specId: localSpec.id, paused: false, keySalt: newId(), createdAt };
      const sandbox = { ...record, status: "RUNNING" } as const;
      await store.insert(record, receiptOf?.(sandbox));
      return sandbox;
    },
    async many({ userId }, ids) {
      const found = await withStatus(await store.many(userId, ids));
      return ids.map((id) => found.find((sandbox) => sandbox.id === id) ?? null);
    },
    list: async ({ userId }, page) => withStatus(await store.list(userId, page)),

    pause: (principal, id) =>
      changes.alone(id, async () => {
        await find(principal, id);
        await store.setPaused(id, true);
        await each(id, async (conversation) => {
          if (conversation.status !== "ERROR") await conversations.stop(principal, conversation.id);
        });
        await runtime.halt(id);
      }),

    resume: (principal, id) =>
      changes.alone(id, async () => {
        await find(principal, id);
        await store.setPaused(id, false);
        await each(id, (conversation) => conversations.start(principal, conversation.id));
      }),

    delete: (principal, id) =>
      changes.alone(id, async () => {
        await find(principal, id);
        await each(id, (conversation) => conversations.delete(principal, conversation.id));
        await store.delete(id);
        await runtime.remove(id);
      }),

    during: (principal, id, work) =>
      changes.alone(id, async () => {
        await find(principal, id);
        return work();
      }),

    async inWorkspace(principal, id, work) {
      await find(principal, id);
      try {
        return await work(await runtime.open(id));
      } catch (error) {
        if (error instanceof WorkspaceError && error.code === "workspace_removed")
          throw new ApiError("sandbox_not_found", undefined, { cause: error });
        throw error;
      }
    },
  };
}
