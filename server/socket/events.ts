import type { RawData, WebSocket } from "ws";
import {
  ShorthandFrame,
  TypedClientFrame,
  channels,
  mostRefusedFrames,
  standardHeaders,
} from "../../contract/index.ts";
import type { ActionRequest, ErrorDetail, MessageErrorCode, StatusFrame } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import { isOver } from "../deprecation.ts";
import { issueDetails, toApiError, validationFailed } from "../http/errors.ts";
import { includes } from "../identity/principal.ts";
import type { Principal } from "../identity/principal.ts";
import { JsonText } from "../http/json-text.ts";
import type { Idempotency } from "../idempotency.ts";
import type { StoredEvent } from "../store/store.ts";
import { statusFrame } from "./frames.ts";
import type { Logger } from "pino";

export interface ReceiverOptions {
  readonly socket: WebSocket;
  readonly principal: Principal;
  /** Whether messages are still taken: a client that is told to go may send more. */
  readonly admitted: () => boolean;
  readonly conversationId: string;
  readonly conversations: ConversationService;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  /** Counts a frame of the user. @throws {ApiError} `rate_limited` */
  readonly count: () => Promise<unknown>;
  /** Called when the client goes on sending although its frames are refused as too many. */
  readonly tooMany: () => void;
  /** Told the name of every deprecated message. */
  readonly noteDeprecated: (name: string) => void;
  readonly push: (frame: Buffer) => void;
  readonly logger: Logger;
}

const { legacy_action, user_action } = channels.events.messages;
const documented: ReadonlySet<string> = new Set(legacy_action.errors);

/** No more of a client's frames are read while this many wait: they stay on its side of the connection. */
const maxWaiting = 32;

/** Takes the frames of one client, one after the other, and answers each with statuses. */
export function receive(options: ReceiverOptions): void {
  const { socket, push, admitted } = options;
  let waiting = 0;
  let refused = 0;
  let queue: Promise<void> = Promise.resolve();
  socket.on("message", (data, isBinary) => {
    waiting += 1;
    if (waiting === maxWaiting) socket.pause();
    queue = queue.then(async () => {
      if (admitted()) {
        const excess = await excessOf(options);
        refused = excess ? refused + 1 : 0;
        for await (const status of answer({ data, isBinary, excess }, options)) push(statusFrame(status));
        if (refused === mostRefusedFrames) setImmediate(options.tooMany); // after the last status
      }
      waiting -= 1;
      if (waiting === 0 && socket.isPaused) socket.resume();
    });
  });
}

/** Why a frame is one too many; null where it is not. */
async function excessOf({ count }: ReceiverOptions): Promise<ApiError | null> {
  try {
    await count();
    return null;
  } catch (error) {
    return toApiError(error);
  }
}

interface ReceivedFrame {
  readonly data: RawData;
  readonly isBinary: boolean;
  /** Why it is refused whatever is in it. */
  readonly excess: ApiError | null;
}

/** The statuses that answer one frame. */
async function* answer(
  { data, isBinary, excess }: ReceivedFrame,
  options: ReceiverOptions,
): AsyncGenerator<StatusFrame> {
  let requestId: string | null = null;
  try {
    const frame = parseFrame(data, isBinary);
    requestId = requestIdOf(frame);
    if (excess) throw excess;
    if (!includes(options.principal.scope, "write")) throw new ApiError("scope_insufficient");
    const message = readMessage(frame);
    if (message.deprecated) yield warnedOf(legacy_action, requestId, options);
    yield await acknowledged(message.action, requestId, options);
  } catch (error) {
    yield refusal(excess ?? error, requestId, options.logger);
  }
}

/** Appends an action, unless that has been done for the same message, whose acknowledgement the client may have lost. */
async function acknowledged(action: ActionRequest, request_id: string | null, options: ReceiverOptions) {
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

/** @throws {ApiError} `unsupported_media_type`, `malformed_json` */
function parseFrame(data: RawData, isBinary: boolean): unknown {
  if (isBinary)
    throw new ApiError("unsupported_media_type", "The frame is binary. Send a text frame with one JSON document.");
  try {
    return JSON.parse((data as Buffer).toString("utf8")); // a Buffer: the socket's binaryType is the default
  } catch (cause) {
    throw new ApiError("malformed_json", "The frame is not valid JSON. Send one JSON document in UTF-8.", { cause });
  }
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
  { clock, noteDeprecated }: ReceiverOptions,
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
  const retryAfter = apiError.headers[standardHeaders.RetryAfter.name];
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
