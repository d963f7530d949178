import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { channel } from "../channel.ts";
import { ErrorDetail, errorCatalogue } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { ActionEvent } from "../events/actions.ts";
import { EventType } from "../events/event.ts";
import { ObservationEvent } from "../events/observations.ts";
import { ActionRequest } from "../events/requests.ts";
import { EventId, booleanParameter, integerParameter, listParameter } from "../primitives.ts";
import { conversationParams } from "../rest/conversations.ts";

const RequestId = z
  .string()
  .min(1)
  .max(128)
  .meta({
    id: "RequestId",
    description:
      "Chosen by the client, anew for each message of the conversation, to tell the answers apart. For 24 hours, a message that is sent again with its id, because its acknowledgement was lost, is appended once and gets the first acknowledgement again.",
    examples: ["c-42"],
  });

const messageErrors = [
  "malformed_json",
  "validation_failed",
  "unsupported_media_type",
  "scope_insufficient",
  "conversation_not_running",
  "agent_state_conflict",
  "idempotency_key_reused",
  "internal_error",
] as const satisfies ErrorCode[];

/** A shorthand can only be a message, which no state of the agent forbids, and has no `request_id`. */
const shorthandErrors = messageErrors.filter(
  (code) => code !== "agent_state_conflict" && code !== "idempotency_key_reused",
);

const ActionFrame = z.object({ type: z.literal("action").describe("Always `action`."), action: ActionEvent }).meta({
  id: "ActionFrame",
  description: "An action of the log.",
  examples: [{ type: "action", action: exampleOf(ActionEvent) }],
});

const ObservationFrame = z
  .object({
    type: z.literal("observation").describe("Always `observation`."),
    observation: ObservationEvent,
  })
  .meta({
    id: "ObservationFrame",
    description: "An observation of the log.",
    examples: [{ type: "observation", observation: exampleOf(ObservationEvent) }],
  });

const statusType = z.literal("status").describe("Always `status`.");

const AckStatus = z
  .object({
    type: statusType,
    status: z.literal("ack").describe("The message was accepted."),
    request_id: RequestId.nullable().describe("The message's `request_id`; null when it had none."),
    event_id: EventId,
  })
  .meta({
    id: "AckStatus",
    description: "The action is in the log and durable, with the id `event_id`.",
    examples: [{ type: "status", status: "ack", request_id: "c-42", event_id: 7 }],
  });

/** Says, unasked, that the conversation is stopped because its user has begun too many others. */
export const tooManyConversations = "AGENT_ERROR$TOO_MANY_CONVERSATIONS";

const ErrorStatus = z
  .object({
    type: statusType,
    status: z.literal("error").describe("The message was refused, or the conversation is stopped."),
    code: z.enum([...messageErrors, tooManyConversations]).describe("What was wrong, for a program."),
    message: z.string().describe("What was wrong and what would be right, for a person."),
    request_id: RequestId.nullable().describe(
      "The message's `request_id`; null when it had none or could not be read.",
    ),
    details: z
      .array(ErrorDetail)
      .optional()
      .describe("The parts of the message that were wrong, when they can be named."),
  })
  .meta({
    id: "ErrorStatus",
    description:
      "The message was refused and nothing was appended; or, with the code `AGENT_ERROR$TOO_MANY_CONVERSATIONS` and unasked, the conversation is stopped to make room for another one of its user. The connection stays open.",
    examples: [
      {
        type: "status",
        status: "error",
        code: "malformed_json",
        message: `${errorCatalogue.malformed_json.title}. ${errorCatalogue.malformed_json.remedy}`,
        request_id: null,
      },
    ],
  });

const ReplayCompleteStatus = z
  .object({
    type: statusType,
    status: z.literal("replay_complete").describe("All of the past has been sent."),
    latest_event_id: z.int().min(-1).describe("The id of the last event of the log; -1 when it is empty."),
  })
  .meta({
    id: "ReplayCompleteStatus",
    description: "Every event up to `latest_event_id` has been sent; what follows is live.",
    examples: [{ type: "status", status: "replay_complete", latest_event_id: 7 }],
  });

const InfoStatus = z
  .object({
    type: statusType,
    status: z.literal("info").describe("Something about the conversation has changed that is not an event."),
    message: z.string().describe("What happened, for a person."),
    conversation_title: z.string().optional().describe("The new title, when that is what changed."),
  })
  .meta({
    id: "InfoStatus",
    description: "News about the conversation. It is not in the log and not replayed.",
    examples: [
      {
        type: "status",
        status: "info",
        message: "The conversation has a new title.",
        conversation_title: "Fix the flaky test",
      },
    ],
  });

const DeprecatedStatus = z
  .object({
    type: statusType,
    status: z.literal("deprecated").describe("The message was accepted in a form that will stop working."),
    message: z.string().describe("What to send instead, for a person."),
    replacement: z.string().describe("The name of the message to send instead."),
    sunset: z.iso.date().describe("The day from which the old form no longer works."),
    request_id: RequestId.nullable().describe("The message's `request_id`; null when it had none."),
  })
  .meta({
    id: "DeprecatedStatus",
    description: "A warning, sent before the acknowledgement of a deprecated message.",
    examples: [
      {
        type: "status",
        status: "deprecated",
        message: "oh_action is deprecated. Send oh_user_action with the same data.",
        replacement: "oh_user_action",
        sunset: "2027-06-30",
        request_id: "c-42",
      },
    ],
  });

/** A frame from the server, alone. */
const ServerFrame = z
  .discriminatedUnion("type", [
    ActionFrame,
    ObservationFrame,
    z.discriminatedUnion("status", [AckStatus, ErrorStatus, ReplayCompleteStatus, InfoStatus, DeprecatedStatus]).meta({
      id: "StatusFrame",
      description: "Something about the conversation or the connection that is not an event.",
      examples: [exampleOf(AckStatus)],
    }),
  ])
  .meta({ id: "ServerFrame", description: "A frame from the server.", examples: [exampleOf(AckStatus)] });

const BatchFrame = z
  .array(ServerFrame)
  .min(1)
  .meta({
    id: "BatchFrame",
    description: "Several frames in one, in order.",
    examples: [[exampleOf(ActionFrame), exampleOf(ObservationFrame)]],
  });

const UserActionFrame = z
  .object({
    type: z.literal("oh_user_action").describe("Always `oh_user_action`."),
    data: ActionRequest,
    request_id: RequestId.optional(),
  })
  .meta({
    id: "UserActionFrame",
    description: "Something the user wants done.",
    examples: [
      {
        type: "oh_user_action",
        data: { action: "message", args: { content: "Run the tests, please." } },
        request_id: "c-42",
      },
    ],
  });

const LegacyActionFrame = z
  .object({
    type: z.literal("oh_action").describe("Always `oh_action`."),
    data: ActionRequest,
    request_id: RequestId.optional(),
  })
  .meta({
    id: "LegacyActionFrame",
    description: "Something the user wants done, in the form of older clients.",
    examples: [
      {
        type: "oh_action",
        data: { action: "message", args: { content: "Run the tests, please." } },
        request_id: "c-42",
      },
    ],
  });

const ShorthandFrame = z.strictObject({ message: z.string().min(1).describe("The text.") }).meta({
  id: "ShorthandFrame",
  description: "A message of the user, in short.",
  examples: [{ message: "Run the tests, please." }],
});

/** A frame from a client that names its type. The shorthand has none. */
export const TypedClientFrame = z.discriminatedUnion("type", [UserActionFrame, LegacyActionFrame]);
export { ShorthandFrame };

export type StatusFrame =
  | z.output<typeof AckStatus>
  | z.output<typeof ErrorStatus>
  | z.output<typeof ReplayCompleteStatus>
  | z.output<typeof InfoStatus>
  | z.output<typeof DeprecatedStatus>;

/** What the `error` status can say. */
export type MessageErrorCode = (typeof messageErrors)[number];

export const events = channel({
  address: "/sockets/events/:conversation_id",
  summary: "The events of a conversation, live",
  description:
    "RFC 6455, text frames, one JSON document a frame. The server sends the events after `latest_event_id` in the order of their ids, then `replay_complete`, then each further event as it is appended: each exactly once, without a gap between the past and the live ones. A refusal completes the handshake first, so that a browser can read the close code. With an API key of the scope `read`, or a session begun with one, the events come and every message is refused with `scope_insufficient`. The credentials hold for as long as the connection does: it is closed with 4401 within a second after they stop working. Compression (permessage-deflate, RFC 7692) is used where the client offers it and the server has it on, without context takeover on either side.",
  since: "0.1.0",
  security: "user",
  differences: [
    {
      upstream: "Socket.IO",
      here: "WebSocket (RFC 6455) with JSON text frames",
      why: "any language can speak it",
      change: "Use a WebSocket; see `asyncapi.yaml`.",
    },
    {
      topic: "connecting",
      upstream: "creates and starts the conversation",
      here: "starts nothing; a message to a stopped conversation is 409 `conversation_not_running`",
      why: "reading is not starting",
      change: "Call `POST …/start` first.",
    },
    {
      topic: "replay",
      upstream: "duplicates and a gap around the join",
      here: "each event once and in order, then `replay_complete`, then live",
      why: "a client can trust ids",
      change: "Nothing.",
    },
    {
      topic: "credentials",
      upstream: "checked when connecting",
      here: "checked for as long as the connection lasts: it is closed with 4401 once they stop working",
      why: "revoked means revoked",
      change: "Do not connect again after 4401.",
    },
    {
      topic: "a conversation that has to make room for another",
      upstream: "a `status_update` with the id `AGENT_ERROR$TOO_MANY_CONVERSATIONS`; its sockets are disconnected",
      here: "an `error` status with that as `code`, then the state `stopped`; its sockets stay open",
      why: "one form for everything that goes wrong",
      change: "Read `code`.",
    },
  ],
  params: conversationParams,
  query: z.object({
    latest_event_id: integerParameter({ min: -1 })
      .default(-1)
      .describe("The highest event id that the client already has; the replay begins after it."),
    types: listParameter(EventType)
      .optional()
      .describe("Only actions and observations of these types, separated by commas. Statuses are always sent."),
    batch: booleanParameter()
      .default(false)
      .describe("Whether the messages of one moment come as one JSON array (`batch`) in one frame."),
    session_api_key: z.string().optional().describe("An API key, for clients that cannot set headers."),
  }),
  messages: {
    action: {
      direction: "send",
      name: "oh_event",
      summary: "An action was appended",
      description: "An action of the log: what the user or the agent does.",
      since: "0.1.0",
      payload: ActionFrame,
      examples: [exampleOf(ActionFrame)],
    },
    observation: {
      direction: "send",
      name: "oh_event",
      summary: "An observation was appended",
      description: "An observation of the log: what came of an action, or a change in the environment.",
      since: "0.1.0",
      payload: ObservationFrame,
      examples: [exampleOf(ObservationFrame)],
    },
    ack: {
      direction: "send",
      name: "oh_event",
      summary: "A message was accepted",
      description: "Answers an accepted message once its event is durable.",
      since: "0.1.0",
      payload: AckStatus,
      examples: [exampleOf(AckStatus)],
    },
    error: {
      direction: "send",
      name: "oh_event",
      summary: "A message was refused, or the conversation is stopped",
      description:
        "Answers a message that was refused: nothing was appended. Unasked, with the code `AGENT_ERROR$TOO_MANY_CONVERSATIONS`, it says that the conversation is stopped to make room for another one of its user. The connection stays open.",
      since: "0.1.0",
      payload: ErrorStatus,
      examples: [
        exampleOf(ErrorStatus),
        {
          type: "status",
          status: "error",
          code: tooManyConversations,
          message: "No more than 20 of your conversations can run at a time, and you have begun another one.",
          request_id: null,
        },
      ],
    },
    replay_complete: {
      direction: "send",
      name: "oh_event",
      summary: "The past has been sent",
      description: "Marks the seam between the past and what is live. Sent once on every connection.",
      since: "0.1.0",
      payload: ReplayCompleteStatus,
      examples: [exampleOf(ReplayCompleteStatus)],
    },
    info: {
      direction: "send",
      name: "oh_event",
      summary: "News about the conversation",
      description: "Something that is not an event, such as a new title.",
      since: "0.1.0",
      payload: InfoStatus,
      examples: [exampleOf(InfoStatus)],
    },
    deprecated: {
      direction: "send",
      name: "oh_event",
      summary: "A message was sent in a deprecated form",
      description: "Warns before the acknowledgement of a deprecated message.",
      since: "0.1.0",
      payload: DeprecatedStatus,
      examples: [exampleOf(DeprecatedStatus)],
    },
    batch: {
      direction: "send",
      name: "oh_event",
      summary: "Several messages at once",
      description: "With `batch=true`, the messages that are due at the same moment come as one JSON array, in order.",
      since: "0.1.0",
      payload: BatchFrame,
      examples: [exampleOf(BatchFrame)],
    },
    user_action: {
      direction: "receive",
      name: "oh_user_action",
      summary: "The user does something",
      description: "Appends an action of the user, as `POST /api/conversations/{conversation_id}/events` does.",
      since: "0.1.0",
      payload: UserActionFrame,
      examples: [exampleOf(UserActionFrame)],
      replies: ["ack", "error"],
      errors: messageErrors,
    },
    legacy_action: {
      direction: "receive",
      name: "oh_action",
      summary: "The user does something, in the old form",
      description: "As `oh_user_action`; a `deprecated` status precedes the acknowledgement.",
      since: "0.1.0",
      deprecation: {
        state: "deprecated",
        since: "2026-11-22",
        sunset: "2027-06-30",
        replacement: "oh_user_action",
        reason: "Two names for one message.",
      },
      payload: LegacyActionFrame,
      examples: [exampleOf(LegacyActionFrame)],
      replies: ["deprecated", "ack", "error"],
      errors: messageErrors,
    },
    shorthand: {
      direction: "receive",
      name: "shorthand",
      summary: "The user says something",
      description: "A message of the user without any frame around it.",
      since: "0.1.0",
      payload: ShorthandFrame,
      examples: [exampleOf(ShorthandFrame)],
      replies: ["ack", "error"],
      errors: shorthandErrors,
    },
  },
  closeCodes: [
    {
      code: 1001,
      summary: "Going away",
      reconnect: true,
      description: "The server is shutting down.",
    },
    {
      code: 1009,
      summary: "Message too big",
      reconnect: true,
      description: "A frame was larger than the server accepts, as it came or when inflated.",
    },
    {
      code: 1013,
      summary: "Try again later",
      reconnect: true,
      description:
        "The client reads too slowly: connect again with `latest_event_id`. Or the OpenID provider, whose keys prove a token, does not answer.",
    },
    {
      code: 4400,
      summary: "Bad parameters",
      reconnect: false,
      description: "The path or the query does not fit the contract, or credentials disagree; the reason says which.",
    },
    {
      code: 4401,
      summary: "Unauthenticated",
      reconnect: false,
      description:
        "The credentials are missing or not valid, or stopped working: the key was revoked or expired, the session ended, or the user was disabled.",
    },
    {
      code: 4403,
      summary: "Forbidden",
      reconnect: false,
      description: "The Origin may not use a session cookie.",
    },
    {
      code: 4404,
      summary: "No such conversation",
      reconnect: false,
      description: "The conversation does not exist or has been deleted.",
    },
    {
      code: 4429,
      summary: "Too many",
      reconnect: true,
      description:
        "You or your address have too many sockets open, or have sent too many wrong keys. Close a socket, or wait, before connecting again; the reason says which.",
    },
  ],
});
