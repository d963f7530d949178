import * as z from "zod";
import { channel } from "../channel.ts";
import { EventType } from "../events/event.ts";
import { exampleOf } from "../examples.ts";
import { closeCodes } from "./close-codes.ts";
import { booleanParameter, dependsOn, integerParameter, listParameter } from "../primitives.ts";
import { conversationParams } from "../rest/conversations.ts";
import {
  AckStatus,
  ActionFrame,
  BatchFrame,
  DeprecatedStatus,
  ErrorStatus,
  InfoStatus,
  LegacyActionFrame,
  ObservationFrame,
  ReplayCompleteStatus,
  ShorthandFrame,
  UserActionFrame,
  deprecatedErrors,
  legacyAction,
  messageErrors,
  shorthandErrors,
  tooManyConversations,
} from "./frames.ts";

export const events = channel({
  address: "/sockets/events/:conversation_id",
  summary: "The events of a conversation, live",
  description:
    "RFC 6455, text frames, one JSON document a frame. The server sends the events after `latest_event_id` in the order of their ids, then `replay_complete`, then each further event as it is appended: each exactly once, without a gap between the past and the live ones. A refusal completes the handshake first, so that a browser can read the close code. With an API key of the scope `read`, or a session begun with one, the events come and every message is refused with `scope_insufficient`. The credentials hold for as long as the connection does: it is closed with 4401 within a second after they stop working. Each frame counts towards a limit of its user, the malformed ones too: beyond it, a frame is refused with `rate_limited` and `retry_after`, and nothing is appended. Compression (permessage-deflate, RFC 7692) is used where the client offers it and the server has it on, without context takeover on either side.",
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
      topic: "`oh_action`",
      upstream: "another name of `oh_user_action`",
      here: "works until its sunset; each one is answered by a `deprecated` status first",
      why: "two names for one message",
      change: "Send `oh_user_action`.",
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
      .describe("The highest event id that the client already has; the replay begins after it.")
      .meta(dependsOn("the events of the conversation")),
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
      description:
        "As `oh_user_action`; a `deprecated` status precedes the acknowledgement. From its sunset on it is refused with `operation_removed`.",
      since: "0.1.0",
      deprecation: legacyAction,
      payload: LegacyActionFrame,
      examples: [exampleOf(LegacyActionFrame)],
      replies: ["deprecated", "ack", "error"],
      errors: deprecatedErrors,
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
  closeCodes: closeCodes("`latest_event_id`"),
});
