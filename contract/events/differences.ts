import type { EventDifference } from "../differences.ts";
import type { ActionType } from "./actions.ts";

/** The actions of an agent that may have to wait for the user's consent. */
const holdable: readonly ActionType[] = [
  "run",
  "run_ipython",
  "read",
  "write",
  "edit",
  "browse",
  "browse_interactive",
  "call_tool_mcp",
  "delegate",
];

const everyEvent: readonly EventDifference[] = [
  {
    topic: "`timestamp`",
    upstream: "the server's local time",
    here: "never before that of the event before: a clock that is set back repeats the last time",
    why: "a search by date finds events through their ids",
    change: "Nothing.",
  },
  {
    topic: "known secrets",
    upstream: "hidden in nested objects; a list and the top-level `message` keep them",
    here: "hidden everywhere: custom secrets, the keys of settings and MCP servers, tokens of git hosts",
    why: "a secret beside its masked copy is no secret",
    change: "Nothing.",
  },
];

/** What a client may send, over REST and the socket alike. */
const sent: readonly EventDifference[] = [
  {
    actions: ["null", "system", "recall", "condensation"],
    topic: "sent by a client; any observation too",
    upstream: "accepted, as the user's",
    here: "400",
    why: "clients must not forge the log",
    change: "Do not send them.",
  },
  {
    topic: "`source` sent by a client",
    upstream: "must be a valid one, and becomes `user`",
    here: "is ignored, and becomes `user`",
    why: "it makes no difference",
    change: "Nothing.",
  },
  {
    topic: "`security_risk` sent by a client with an action",
    upstream: "an invalid one becomes -1",
    here: "400 for an invalid one",
    why: "a typo is told",
    change: "Send -1, 0, 1 or 2.",
  },
  {
    topic: "`translated_ipython_code` sent by a client with an action",
    upstream: "calls of the file editor in it become the action's arguments",
    here: "ignored",
    why: "code in a text is not evaluated on the way in",
    change: "Send the arguments.",
  },
  {
    actions: ["change_agent_state"],
    topic: "any state at any time",
    upstream: "accepted",
    here: "400 for an unknown state; 409 `agent_state_conflict`, with those that are possible, where the agent cannot change to it",
    why: "a state means something",
    change: "Expect 400 and 409.",
  },
  {
    actions: ["change_agent_state"],
    topic: "`user_confirmed` or `user_rejected` where nothing waits, or as the second of two decisions",
    upstream: "accepted",
    here: "409 `agent_state_conflict`",
    why: "nothing is done twice",
    change: "Treat 409 as decided already.",
  },
  {
    actions: ["loop_recovery"],
    upstream: "ignored unless a loop was detected",
    here: "409 `agent_state_conflict` without a loop; 400 for an option other than 1, 2 or 3",
    why: "silence misleads",
    change: "Expect 400 and 409.",
  },
];

const consent: readonly EventDifference[] = [
  {
    actions: holdable,
    topic: "`confirmation_state`",
    upstream: "on `run` and `run_ipython` alone",
    here: "on all of these",
    why: "a client can see that an action waits",
    change: "Nothing.",
  },
  {
    actions: ["read", "edit", "browse_interactive"],
    topic: "held back",
    upstream: "carried out at once, and again when confirmed or rejected",
    here: "carried out once, when confirmed",
    why: "consent means something",
    change: "Nothing.",
  },
  {
    actions: ["delegate"],
    topic: "under `confirmation_mode`",
    upstream: "has no risk to judge, and no `confirmation_state`",
    here: "counts as of unknown risk, and waits",
    why: "what an agent does may touch anything",
    change: "Nothing.",
  },
  {
    actions: ["message"],
    topic: "while an action waits for consent",
    upstream: "the agent runs, as after any message",
    here: "the action is rejected, and then the message answered",
    why: "users may always speak",
    change: "Nothing.",
  },
];

const carriedOut: readonly EventDifference[] = [
  {
    actions: ["run_ipython"],
    upstream: "a kernel, whose images come in `image_urls`",
    here: "a process for each cell, and no images; `include_extra` has no effect",
    why: "there is no kernel here",
    change: "Define in each cell what it needs.",
  },
  {
    observations: ["run_ipython"],
    topic: "`success`",
    upstream: "always true",
    here: "whether the code ended without an error",
    why: "a failure is no success",
    change: "Nothing.",
  },
  {
    actions: ["browse", "browse_interactive"],
    upstream: "carried out by a browser",
    here: "answered by a `browse` observation with `error: true`",
    why: "there is no browser here",
    change: "Handle `extras.error`.",
  },
  {
    actions: ["call_tool_mcp"],
    upstream: "calls the tool",
    here: "answered by an `mcp` observation whose content has `isError: true`",
    why: "MCP servers are not connected yet",
    change: "Handle `isError`.",
  },
  {
    actions: ["delegate"],
    upstream: "`agent` is any text, `inputs` any object",
    here: "the conversation's own agent carries out `inputs.task`; any other name, and no task, is an `error` observation",
    why: "there is one agent here",
    change: "Put the task into `inputs.task`.",
  },
  {
    observations: ["edit"],
    topic: "`extras._diff_cache`",
    upstream: "a text or null, which the server keeps for itself",
    here: "absent",
    why: "a cache is no fact about the edit",
    change: "Read `extras.diff`.",
  },
  {
    observations: ["error"],
    topic: "a model that fails",
    upstream: "a `status_update` with the code, then the state `error` with it as `reason`",
    here: "an `error` observation with the code as `error_id`, then the same state",
    why: "it is in the log, and replayed",
    change: "Read `error_id`, or `reason` as before.",
  },
];

/** Where events, on purpose, are not upstream's. */
export const eventDifferences: readonly EventDifference[] = [...everyEvent, ...sent, ...consent, ...carriedOut];
