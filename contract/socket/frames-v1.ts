// What goes over the socket of a V1 conversation besides events: reference/v1-api.md §9.1.
import * as z from "zod";
import type { ErrorCode } from "../errors.ts";
import { sentContent } from "../events/v1/content.ts";
import { V1EventId, V1Timestamp, commonExample } from "../events/v1/shared.ts";

/** Why a message of a client is refused. */
export const v1MessageErrors = [
  "malformed_json",
  "validation_failed",
  "unsupported_media_type",
  "scope_insufficient",
  "conversation_not_running",
  "rate_limited",
  "internal_error",
] as const satisfies ErrorCode[];

export const V1UserMessage = z
  .object({
    role: z.literal("user", "must be user: the agent speaks for itself").describe("Always `user`."),
    content: sentContent,
  })
  .meta({
    id: "V1UserMessage",
    description: "What the user says. Unknown fields are ignored.",
    examples: [
      { role: "user", content: [{ type: "text", text: "Run the tests, please." }] },
      { role: "user", content: "Run the tests, please." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is wrong here?" },
          { type: "image_url", image_url: { url: "https://example.com/screenshot.png" } },
        ],
      },
    ],
  });
export type V1UserMessage = z.output<typeof V1UserMessage>;

/** In the form of an event that clients know and show. */
export const V1RefusalEvent = z
  .object({
    id: V1EventId,
    timestamp: V1Timestamp,
    source: z.literal("environment").describe("Always `environment`."),
    code: z.enum(v1MessageErrors).describe("What was wrong, for a program."),
    detail: z.string().describe("What was wrong and what would be right, for a person."),
    kind: z.literal("ConversationErrorEvent").describe("Always `ConversationErrorEvent`."),
  })
  .meta({
    id: "V1RefusalEvent",
    description:
      "A message was refused: nothing was appended. It has the form of an event, so that clients show it, and is not in the log. `code` is in lower case, which no event of the log has.",
    examples: [
      {
        ...commonExample("environment"),
        source: "environment",
        code: "malformed_json",
        detail: "The frame is not valid JSON. Send one JSON document in UTF-8.",
        kind: "ConversationErrorEvent",
      },
    ],
  });
export type V1RefusalEvent = z.output<typeof V1RefusalEvent>;
