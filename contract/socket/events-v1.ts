import * as z from "zod";
import { channel } from "../channel.ts";
import { V1Event, V1FullStateEvent } from "../events/v1/event.ts";
import { exampleOf } from "../examples.ts";
import { uuidParameter } from "../primitives.ts";
import { closeCodes } from "./close-codes.ts";
import { V1RefusalEvent, V1UserMessage, v1MessageErrors } from "./frames-v1.ts";

/** As clients of upstream write it. */
const flag = z
  .enum(["true", "1", "yes", "on", "false", "0", "no", "off"], "must be true, 1, yes or on, or the contrary")
  .transform((text) => ["true", "1", "yes", "on"].includes(text))
  .pipe(z.boolean());

export const eventsV1 = channel({
  address: "/sockets/events/:conversation_id",
  summary: "The events of a V1 conversation, live",
  description:
    "What the socket of a conversation speaks that was created with V1; the `conversation_version` of `GET /api/conversations/{conversation_id}` says which it is. RFC 6455, text frames, one JSON object a frame, nothing around it. The first frame is the state as a whole (`full_state`); with `resend_all` every event of the log follows, in its order; then each further event as it is appended: each exactly once, without a gap between the past and the live ones. A message has no acknowledgement: its event comes back, to whoever sent it as well. With an API key of the scope `read` every message is refused with `scope_insufficient`. Each frame counts towards a limit of its user: beyond it, a message is refused with `rate_limited`. The credentials hold for as long as the connection does. A refusal of the connection completes the handshake first, so that a browser can read the close code.",
  since: "0.1.0",
  security: "user",
  gate: "v1",
  differences: [
    {
      topic: "a V1 conversation: a message that does not fit",
      upstream: "dropped without a word",
      here: "a `ConversationErrorEvent` with a `code` in lower case, which is not in the log",
      why: "silence misleads",
      change: "Nothing: clients show `detail`.",
    },
    {
      topic: "a V1 conversation: images as `image_url`",
      upstream: "dropped with the whole message",
      here: "accepted, as `image` is",
      why: "browsers send them so",
      change: "Nothing.",
    },
    {
      topic: "a V1 conversation: `resend_all`",
      upstream: "an event that is appended meanwhile may come twice",
      here: "each event once",
      why: "a client can trust what it counts",
      change: "Nothing.",
    },
    {
      topic: "a V1 conversation: refused connections",
      upstream: "403 to the handshake; 4004 for an unknown conversation",
      here: "the close codes of every socket: 4400, 4401, 4403, 4404, 4429",
      why: "a browser can read why",
      change: "Do not connect again after 4400, 4401, 4403 and 4404.",
    },
    {
      topic: "a V1 conversation: what the user does alone",
      upstream: "only the agent acts",
      here: "an `ActionEvent` with the source `user`, for an action that was sent over V0",
      why: "one log, and who has done it",
      change: "Nothing.",
    },
    {
      topic: "a V1 conversation: an action that V1 has no kind for",
      upstream: "there is none",
      here: "an `MCPToolAction` of a tool whose name begins with `v0_`, such as `v0_run_ipython`",
      why: "nothing that happened is left out",
      change: "Nothing.",
    },
    {
      topic: "a V1 conversation: the status after an answer",
      upstream: "before what the agent says, and `idle` before the next message",
      here: "after what the agent says",
      why: "the log says what has happened in the order in which it has",
      change: "Nothing.",
    },
  ],
  params: z.object({ conversation_id: uuidParameter().describe("The conversation; with dashes or without.") }),
  query: z.object({
    resend_all: flag.default(false).describe("Whether the events of the past come too."),
    session_api_key: z.string().optional().describe("An API key, for clients that cannot set headers."),
  }),
  messages: {
    full_state: {
      direction: "send",
      name: "full_state",
      summary: "The state as a whole",
      description:
        "The first frame of every connection, with an id of its own; it comes again when the user has paused the agent. It is not in the log.",
      since: "0.1.0",
      payload: V1FullStateEvent,
      examples: [V1FullStateEvent.parse(exampleOf(V1FullStateEvent))],
    },
    event: {
      direction: "send",
      name: "event",
      summary: "Something has happened",
      description: "An event of the log. `kind` names the type.",
      since: "0.1.0",
      payload: V1Event,
      examples: [V1Event.parse(exampleOf(V1Event))],
    },
    error: {
      direction: "send",
      name: "error",
      summary: "A message was refused",
      description: "Answers a message that was refused: nothing was appended. The connection stays open.",
      since: "0.1.0",
      payload: V1RefusalEvent,
      examples: [exampleOf(V1RefusalEvent)],
    },
    message: {
      direction: "receive",
      name: "message",
      summary: "The user says something",
      description: "Appends a message of the user, which the agent answers. Its event comes back.",
      since: "0.1.0",
      payload: V1UserMessage,
      examples: [
        exampleOf(V1UserMessage),
        { role: "user", content: "Run the tests, please." },
        { role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/screenshot.png" } }] },
      ],
      replies: ["event", "error"],
      errors: v1MessageErrors,
    },
  },
  closeCodes: closeCodes("`resend_all`"),
});
