import type * as z from "zod";
import {
  ShorthandFrame,
  TypedClientFrame,
  channels,
  standardHeaders,
  tooManyConversations,
} from "../../contract/index.ts";
import type { ActionRequest, ErrorDetail, MessageErrorCode, StatusFrame } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventBus } from "../conversations/event-bus.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { isOver } from "../deprecation.ts";
import { issueDetails, toApiError, validationFailed } from "../http/errors.ts";
import { includes } from "../identity/principal.ts";
import type { Principal } from "../identity/principal.ts";
import { JsonText } from "../http/json-text.ts";
import type { Idempotency } from "../idempotency.ts";
import type { StoredEvent } from "../store/store.ts";
import type { ConversationSocket } from "./conversation-socket.ts";
import { follow } from "./feed.ts";
import { eventFrame, statusFrame } from "./frames.ts";
import { parseFrame, receive } from "./receiver.ts";
import type { ReceivedFrame } from "./receiver.ts";
import type { Logger } from "pino";

export interface EventsDeps {
  readonly conversations: ConversationService;
  readonly idempotency: Idempotency;
  readonly log: EventLog;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type EventsQuery = z.output<typeof channels.events.query>;

const { legacy_action, user_action } = channels.events.messages;
const documented: ReadonlySet<string> = new Set(legacy_action.errors);

/**
 * Speaks with a client as V0 does: actions, observations and statuses, each in a frame.
 * @returns ends the talk
 */
export function speak(conversation: ConversationSocket, query: EventsQuery, deps: EventsDeps): () => void {
  const { record, principal, outbox, close, fail, noteDeprecated, noteOutcome } = conversation;
  const { push } = outbox;
  const { conversations, idempotency, logger, log, bus, clock } = deps;
  const tell = (status: StatusFrame) => push(statusFrame(status));
  const answering = {
    principal,
    conversationId: record.id,
    conversations,
    idempotency,
    logger,
    clock,
    noteDeprecated,
    noteOutcome,
  };
  receive({ ...conversation, push, answer: (frame) => answer(frame, answering) });
  return follow({
    conversationId: record.id,
    log,
    bus,
    after: query.latest_event_id,
    types: query.types,
    onEvent: (event) => push(eventFrame(event)),
    onReplayComplete: (latest_event_id) => tell({ type: "status", status: "replay_complete", latest_event_id }),
    onTitle: (conversation_title) =>
      tell({ type: "status", status: "info", message: "The conversation has a new title.", conversation_title }),
    onCrowdedOut: (message) =>
      tell({ type: "status", status: "error", code: tooManyConversations, message, request_id: null }),
    onDeleted: () => close(4404, "The conversation has been deleted."),
    room: outbox.room,
    onError: (error) => {
      logger.error({ err: error }, "the feed of a socket failed");
      fail(error, "The server failed. Connect again with latest_event_id.");
    },
  });
}

interface Answering
  extends
    Pick<EventsDeps, "conversations" | "idempotency" | "logger" | "clock">,
    Pick<ConversationSocket, "noteDeprecated" | "noteOutcome"> {
  readonly principal: Principal;
  readonly conversationId: string;
}

async function* answer(frame: ReceivedFrame, options: Answering): AsyncGenerator<Buffer> {
  for await (const status of statuses(frame, options)) {
    if (status.status !== "deprecated") options.noteOutcome(status.status === "error" ? status.code : "ack");
    yield statusFrame(status);
  }
}

/** The statuses that answer one frame. */
async function* statuses(received: ReceivedFrame, options: Answering): AsyncGenerator<StatusFrame> {
  let requestId: string | null = null;
  try {
    const frame = parseFrame(received);
    requestId = requestIdOf(frame);
    if (received.excess) throw received.excess;
    if (!includes(options.principal.scope, "write")) throw new ApiError("scope_insufficient");
    const message = readMessage(frame);
    if (message.deprecated) yield warnedOf(legacy_action, requestId, options);
    yield await acknowledged(message.action, requestId, options);
  } catch (error) {
    yield refusal(received.excess ?? error, requestId, options.logger);
  }
}

/** Appends an action, unless that has been done for the same message, whose acknowledgement the client may have lost. */
async function acknowledged(action: ActionRequest, request_id: string | null, options: Answering) {
  const { principal, conversationId, conversations, idempotency } = options;
  const message = {
    userId: principal.userId,
    operation: user_action.name,
    key: request_id === null ? undefined : `${conversationId} ${request_id}`, // a header's key has no space
    content: action,
  };
  const { answer } = await idempotency.once(message, async (receiptOf) => {
    const ack = ([{ id }]: readonly [StoredEvent]) => ({ status: 200, body: { event_id: id } });
    return ack(await conversations.act(principal, conversationId, [action], (events) => receiptOf(ack(events))));
  });
  const { event_id } =
    answer.body instanceof JsonText ? (JSON.parse(answer.body.text) as { event_id: number }) : answer.body;
  return { type: "status" as const, status: "ack" as const, request_id, event_id };
}

interface Message {
  readonly action: ActionRequest;
  readonly deprecated: boolean;
}

/** @throws {ApiError} `validation_failed` */
function readMessage(frame: unknown): Message {
  if (isObject(frame) && !("type" in frame) && "message" in frame) {
    const shorthand = ShorthandFrame.safeParse(frame);
    if (!shorthand.success) throw unfit(shorthand.error.issues);
    const args = {
      content: shorthand.data.message,
      file_urls: null,
      image_urls: null,
      wait_for_response: false,
      security_risk: -1 as const,
    };
    return { action: { action: "message", args }, deprecated: false };
  }
  const typed = TypedClientFrame.safeParse(frame);
  if (!typed.success) throw unfit(typed.error.issues);
  return { action: typed.data.data, deprecated: typed.data.type === legacy_action.name };
}

function unfit(issues: Parameters<typeof issueDetails>[1]): ApiError {
  return validationFailed(issueDetails("frame", issues));
}

/** Null also for one that does not fit: part of it would name another message, or none. */
function requestIdOf(frame: unknown): string | null {
  if (!isObject(frame)) return null;
  const requestId = TypedClientFrame.options[0].shape.request_id.safeParse(frame["request_id"]);
  return requestId.data ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** @throws {ApiError} `operation_removed`, from the sunset on */
function warnedOf(
  { name, deprecation }: typeof legacy_action,
  request_id: string | null,
  { clock, noteDeprecated }: Answering,
): StatusFrame {
  noteDeprecated(name);
  const { replacement, sunset, reason } = deprecation;
  const instead = `Send ${replacement} with the same data.`;
  if (isOver(deprecation, clock))
    throw new ApiError("operation_removed", `${name} was removed on ${sunset}. ${instead} ${reason}`);
  const message = `${name} is deprecated and stops working on ${sunset}. ${instead}`;
  return { type: "status", status: "deprecated", message, replacement, sunset, request_id };
}

function refusal(error: unknown, request_id: string | null, logger: Logger): StatusFrame {
  const known = toApiError(error);
  const apiError = documented.has(known.code) ? known : new ApiError("internal_error", undefined, { cause: error });
  if (apiError.code === "internal_error") logger.error({ err: apiError.cause }, "message failed");
  const details = apiError.details as ErrorDetail[] | undefined;
  const retryAfter = apiError.code === "rate_limited" ? apiError.headers[standardHeaders.RetryAfter.name] : undefined;
  return {
    type: "status",
    status: "error",
    code: apiError.code as MessageErrorCode, // just looked up in the documented ones
    message: apiError.message,
    request_id,
    ...(details && { details }),
    ...(retryAfter !== undefined && { retry_after: Number(retryAfter) }),
  };
}
