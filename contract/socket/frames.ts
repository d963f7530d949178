// What goes over a conversation's socket, either way: one JSON document a frame.
import * as z from "zod";
import { deprecated } from "../deprecation.ts";
import type { Deprecation } from "../deprecation.ts";
import { ErrorDetail, errorCatalogue } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { ActionEvent } from "../events/actions.ts";
import { ObservationEvent } from "../events/observations.ts";
import { ActionRequest } from "../events/requests.ts";
import { exampleOf } from "../examples.ts";
import { EventId } from "../primitives.ts";

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

export const messageErrors = [
  "malformed_json",
  "validation_failed",
  "unsupported_media_type",
  "scope_insufficient",
  "conversation_not_running",
  "agent_state_conflict",
  "idempotency_key_reused",
  "rate_limited",
  "internal_error",
  "not_ready",
] as const satisfies ErrorCode[];

/** A deprecated message is refused from its sunset on. */
export const deprecatedErrors = [...messageErrors, "operation_removed"] as const satisfies ErrorCode[];

/** A shorthand can only be a message, which no state of the agent forbids, and has no `request_id`. */
export const shorthandErrors = messageErrors.filter(
  (code) => code !== "agent_state_conflict" && code !== "idempotency_key_reused",
);

export const ActionFrame = z
  .object({ type: z.literal("action").describe("Always `action`."), action: ActionEvent })
  .meta({
    id: "ActionFrame",
    description: "An action of the log.",
    examples: [{ type: "action", action: exampleOf(ActionEvent) }],
  });

export const ObservationFrame = z
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

export const AckStatus = z
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

export const ErrorStatus = z
  .object({
    type: statusType,
    status: z.literal("error").describe("The message was refused, or the conversation is stopped."),
    code: z.enum([...deprecatedErrors, tooManyConversations]).describe("What was wrong, for a program."),
    message: z.string().describe("What was wrong and what would be right, for a person."),
    request_id: RequestId.nullable().describe(
      "The message's `request_id`; null when it had none or could not be read.",
    ),
    details: z
      .array(ErrorDetail)
      .optional()
      .describe("The parts of the message that were wrong, when they can be named."),
    retry_after: z.int().min(1).optional().describe("With `rate_limited`: seconds to wait before sending it again."),
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

export const ReplayCompleteStatus = z
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

export const InfoStatus = z
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

export const DeprecatedStatus = z
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

export const BatchFrame = z
  .array(ServerFrame)
  .min(1)
  .meta({
    id: "BatchFrame",
    description: "Several frames in one, in order.",
    examples: [[exampleOf(ActionFrame), exampleOf(ObservationFrame)]],
  });

export const UserActionFrame = z
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

export const legacyAction = {
  state: "deprecated",
  since: "2026-11-22",
  sunset: "2027-06-30",
  replacement: "oh_user_action",
  reason: "Two names for one message.",
} as const satisfies Deprecation;

export const LegacyActionFrame = z
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
    ...deprecated(legacyAction),
  });

export const ShorthandFrame = z.strictObject({ message: z.string().min(1).describe("The text.") }).meta({
  id: "ShorthandFrame",
  description: "A message of the user, in short.",
  examples: [{ message: "Run the tests, please." }],
});

/** A frame from a client that names its type. The shorthand has none. */
export const TypedClientFrame = z.discriminatedUnion("type", [UserActionFrame, LegacyActionFrame]);

export type StatusFrame =
  | z.output<typeof AckStatus>
  | z.output<typeof ErrorStatus>
  | z.output<typeof ReplayCompleteStatus>
  | z.output<typeof InfoStatus>
  | z.output<typeof DeprecatedStatus>;

/** What the `error` status can say. */
export type MessageErrorCode = (typeof deprecatedErrors)[number];
