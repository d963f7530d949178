import { EventEmitter, on } from "node:events";
import type { Logger } from "pino";
import type { AppConversationStartRequest, StartTaskSortOrder } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { timestamp } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Principal } from "../identity/principal.ts";
import { newId } from "../identity/tokens.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { SandboxService } from "../sandboxes/sandbox-service.ts";
import { StartFailure } from "../sandboxes/set-up.ts";
import type { Cipher } from "../secrets/cipher.ts";
import type { Mask } from "../secrets/mask.ts";
import type { ProviderTokens } from "../secrets/provider-tokens.ts";
import type {
  ConversationRecord,
  ConversationStore,
  Position,
  Receipt,
  StartTaskChange,
  StartTaskFilter,
  StartTaskRecord,
  StartTaskStore,
} from "../store/store.ts";
import type { ConversationService } from "./conversation-service.ts";
import { carryOutStart } from "./start-sequence.ts";

/** How far the start of a conversation has come, with what was asked for. */
export interface StartTask extends Omit<StartTaskRecord, "request"> {
  readonly request: AppConversationStartRequest;
}

/** A start that is under way. */
export interface BegunStart {
  /** The task in its first state. */
  readonly task: StartTask;
  /** Every state from the first to the last, each as soon as it is stored. */
  readonly states: AsyncIterable<StartTask>;
}

/** The starts of conversations in V1: reference/v1-api.md §5. Each state is stored before anybody is told of it. */
export interface StartTasks {
  /**
   * Begins to start a conversation, and goes on in the background.
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ApiError} `conversation_not_found` for a parent that the caller does not have, `conversation_exists`
   * @throws {ReceiptExistsError}
   */
  begin(
    principal: Principal,
    request: AppConversationStartRequest,
    receiptOf?: (task: StartTask) => Receipt | undefined,
  ): Promise<BegunStart>;
  /** In the order of the ids; null for an id of none that the caller has. */
  many(principal: Principal, ids: readonly string[]): Promise<(StartTask | null)[]>;
  list(
    filter: StartTaskFilter,
    page: { readonly order: StartTaskSortOrder; readonly after?: Position | undefined; readonly limit: number },
  ): Promise<StartTask[]>;
  count(filter: StartTaskFilter): Promise<number>;
  /** Ends what an earlier process was in the middle of: nobody knows how far its commands came. */
  recover(): Promise<void>;
  /** Stops the starts that are under way, for the end of the process. */
  close(): Promise<void>;
}

export interface StartTasksDeps {
  readonly store: StartTaskStore;
  readonly conversationStore: Pick<ConversationStore, "get">;
  readonly conversations: Pick<ConversationService, "get" | "createPrepared">;
  readonly sandboxes: Pick<SandboxService, "start" | "get" | "resume" | "during">;
  readonly runtime: Runtime;
  readonly providerTokens: Pick<ProviderTokens, "reveal">;
  /** What hides a user's secrets in a text; null when there are none. */
  readonly maskOf: (userId: string) => Promise<Mask | null>;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly logger: Logger;
}

const interrupted =
  "The server was restarted while the conversation was being started. Start it again; its sandbox holds what had been done.";

export function createStartTasks(deps: StartTasksDeps): StartTasks {
  const { store, conversations, cipher, clock, logger } = deps;
  const ending = new AbortController();
  const underWay = new Set<Promise<void>>();

  function opened(record: StartTaskRecord): StartTask {
    return { ...record, request: JSON.parse(cipher.decrypt(record.request, contextOf(record.id))) };
  }

  function newRecord({ userId }: Principal, request: AppConversationStartRequest): StartTaskRecord {
    const id = newId();
    const now = timestamp(clock);
    return {
      id,
      userId,
      status: "WORKING",
      detail: null,
      conversationId: request.conversation_id?.replaceAll("-", "") ?? newId(),
      sandboxId: null,
      request: cipher.encrypt(JSON.stringify(request), contextOf(id)), // a URL may have a token in it
      createdAt: now,
      updatedAt: now,
    };
  }

  async function parentOf(principal: Principal, id: string | null): Promise<ConversationRecord | null> {
    return id === null ? null : conversations.get(principal, id);
  }

  /** Takes the task from state to state. Never throws: what goes wrong is a state too. */
  async function carryOut(principal: Principal, begun: StartTask, told: (task: StartTask) => void): Promise<void> {
    let task = begun;
    const enter = async (change: Omit<StartTaskChange, "updatedAt">) => {
      ending.signal.throwIfAborted(); // what is unfinished is ended by the next process
      const stored = { ...change, updatedAt: timestamp(clock) };
      await store.update(task.id, stored);
      told((task = { ...task, ...stored }));
    };
    try {
      await carryOutStart(deps, { principal, task, signal: ending.signal, enter });
    } catch (error) {
      if (ending.signal.aborted) return;
      logger.warn({ err: error, start_task_id: task.id }, "a conversation could not be started");
      await fail(enter, principal.userId, error).catch((cause: unknown) =>
        logger.error({ err: cause, start_task_id: task.id }, "that a start has failed could not be stored"),
      );
    }
  }

  async function fail(
    enter: (change: Omit<StartTaskChange, "updatedAt">) => Promise<void>,
    userId: string,
    error: unknown,
  ): Promise<void> {
    const mask = await deps.maskOf(userId);
    const detail = reasonOf(error);
    await enter({ status: "ERROR", detail: mask ? mask.hide(detail) : detail });
  }

  return {
    async begin(principal, request, receiptOf) {
      const parent = await parentOf(principal, request.parent_conversation_id);
      const asked = parent ? inherited(request, parent) : request;
      const record = newRecord(principal, asked);
      if (await deps.conversationStore.get(record.conversationId)) throw new ApiError("conversation_exists");
      const task = opened(record);
      await store.insert(record, receiptOf?.(task));
      const states = new EventEmitter();
      const told = on(states, "state", { close: ["end"] });
      states.emit("state", task);
      const work = carryOut(principal, task, (state) => states.emit("state", state)).finally(() => {
        states.emit("end");
        underWay.delete(work);
      });
      underWay.add(work);
      return { task, states: statesIn(told) };
    },
    async many({ userId }, ids) {
      const found = (await store.many(userId, ids)).map(opened);
      return ids.map((id) => found.find((task) => task.id === id) ?? null);
    },
    list: async (filter, page) => (await store.list(filter, page)).map(opened),
    count: (filter) => store.count(filter),
    async recover() {
      for (const { id, conversationId } of await store.unfinished()) {
        const updatedAt = timestamp(clock);
        const isThere = (await deps.conversationStore.get(conversationId)) !== null;
        await store.update(
          id,
          isThere ? { status: "READY", updatedAt } : { status: "ERROR", detail: interrupted, updatedAt },
        );
      }
    },
    async close() {
      ending.abort(new Error("The server ends"));
      await Promise.all(underWay);
    },
  };
}

async function* statesIn(told: AsyncIterable<unknown[]>): AsyncGenerator<StartTask> {
  for await (const [state] of told) yield state as StartTask; // what is emitted above
}

/** What the parent has counts where the request says nothing. */
function inherited(request: AppConversationStartRequest, parent: ConversationRecord): AppConversationStartRequest {
  return {
    ...request,
    sandbox_id: request.sandbox_id ?? parent.sandboxId,
    selected_repository: request.selected_repository ?? parent.repository,
    selected_branch: request.selected_branch ?? parent.branch,
    git_provider: request.git_provider ?? parent.gitProvider,
    llm_model: request.llm_model ?? parent.llmModel,
  };
}

/** Why a start has failed, for its user. */
function reasonOf(error: unknown): string {
  if (error instanceof StartFailure || error instanceof WorkspaceError || error instanceof ApiError)
    return error.message;
  return "The conversation could not be started. The server's log says why.";
}

function contextOf(taskId: string): string {
  return `start task ${taskId}`;
}
