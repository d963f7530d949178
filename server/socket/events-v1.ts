import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type * as z from "zod";
import { V1UserMessage, tooManyConversations, v1MessageErrors } from "../../contract/index.ts";
import type { ErrorDetail, V1RefusalEvent, channels } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventBus } from "../conversations/event-bus.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { messageOf } from "../conversations/v1/content.ts";
import { fullState } from "../conversations/v1/conversation-state.ts";
import type { StateDeps } from "../conversations/v1/conversation-state.ts";
import { createRendering } from "../conversations/v1/rendering.ts";
import { issueDetails, toApiError, validationFailed } from "../http/errors.ts";
import { includes } from "../identity/principal.ts";
import type { StoredEvent } from "../store/store.ts";
import type { ConversationSocket } from "./conversation-socket.ts";
import { follow } from "./feed.ts";
import { renderedFrame, renderedOnce, v1Frame } from "./frames.ts";
import { parseFrame, receive } from "./receiver.ts";
import type { ReceivedFrame } from "./receiver.ts";

export interface EventsV1Deps {
  readonly conversations: ConversationService;
  readonly log: EventLog;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly conversationState: StateDeps;
}

export type EventsV1Query = z.output<typeof channels.eventsV1.query>;

/**
 * Speaks with a client as V1 does: the state as a whole, then bare events.
 * @returns ends the talk
 */
export function speakV1(conversation: ConversationSocket, query: EventsV1Query, deps: EventsV1Deps): () => void {
  const { record, outbox, close } = conversation;
  const { log, bus, clock, logger } = deps;
  const { push, room } = outbox;
  const rendering = createRendering(log, record.id);
  const inOrder = createQueue(fail);
  let unfollow = () => {};
  let live = false;

  function fail(error: unknown): void {
    logger.error({ err: error }, "the feed of a socket failed");
    conversation.fail(error, "The server failed. Connect again with resend_all.");
  }

  async function sendState(): Promise<void> {
    push(v1Frame(await fullState(deps.conversationState, record)));
  }

  async function send(event: StoredEvent, isLive: boolean): Promise<void> {
    const rendered = await renderedOnce(event, rendering);
    for (const one of rendered) push(renderedFrame(one));
    if (isLive && rendered.some(({ kind }) => kind === "PauseEvent")) await sendState();
  }

  receive({ ...conversation, push, answer: (frame) => refusals(frame, conversation, deps) });
  inOrder.add(sendState);
  inOrder.add(async () => {
    unfollow = follow({
      conversationId: record.id,
      log,
      bus,
      after: query.resend_all ? -1 : record.lastEventId,
      onEvent: (event) => {
        const isLive = live;
        inOrder.add(() => send(event, isLive));
      },
      onReplayComplete: () => (live = true),
      onTitle: () => {}, // a V1 client asks for it
      onCrowdedOut: (detail) => inOrder.add(async () => push(v1Frame(errorEvent(tooManyConversations, detail, clock)))),
      onDeleted: () => close(4404, "The conversation has been deleted."),
      room: async (bytes) => {
        await inOrder.done();
        await room(bytes);
      },
      onError: fail,
    });
  });
  return () => {
    inOrder.end();
    unfollow();
  };
}

/** What is shown of an event may have to be looked up: it goes out in its order nevertheless. */
function createQueue(fail: (error: unknown) => void) {
  let last: Promise<void> = Promise.resolve();
  let ended = false;
  return {
    add(work: () => Promise<void>) {
      last = last
        .then(() => (ended ? undefined : work()))
        .catch((error: unknown) => {
          if (!ended) fail(error);
          ended = true;
        });
    },
    /** Resolves when all that has been added so far is done. */
    done: () => last,
    end() {
      ended = true;
    },
  };
}

const documented: ReadonlySet<string> = new Set(v1MessageErrors);

/** Appends what a client says. Its event comes back by itself; only a refusal is an answer of its own. */
async function* refusals(
  received: ReceivedFrame,
  { principal, record, noteOutcome }: ConversationSocket,
  { conversations, clock, logger }: EventsV1Deps,
): AsyncGenerator<Buffer> {
  try {
    if (received.excess) throw received.excess;
    const frame = parseFrame(received);
    if (!includes(principal.scope, "write")) throw new ApiError("scope_insufficient");
    const message = V1UserMessage.safeParse(frame);
    if (!message.success) throw validationFailed(issueDetails("frame", message.error.issues));
    await conversations.act(principal, record.id, [messageOf(message.data.content)]);
    noteOutcome("ack");
  } catch (error) {
    const known = toApiError(error);
    const refusal = documented.has(known.code) ? known : new ApiError("internal_error", undefined, { cause: error });
    if (refusal.code === "internal_error") logger.error({ err: refusal.cause }, "message failed");
    noteOutcome(refusal.code);
    yield v1Frame(errorEvent(refusal.code, inWords(refusal), clock));
  }
}

/** A V1 event has no place for details, so they stand in its text. */
function inWords({ message, details }: ApiError): string {
  const parts = ((details ?? []) as readonly ErrorDetail[]).map(
    (detail) => `${detail.path || "the frame"} ${detail.message}`,
  );
  return parts.length === 0 ? message : `${message} ${parts.join("; ")}.`;
}

function errorEvent(code: string, detail: string, clock: Clock): Omit<V1RefusalEvent, "code"> & { code: string } {
  const place = { id: randomUUID(), timestamp: timestamp(clock), source: "environment" } as const;
  return { ...place, code, detail, kind: "ConversationErrorEvent" };
}
