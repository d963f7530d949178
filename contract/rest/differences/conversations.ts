import type { Difference } from "../../differences.ts";

/** Of the operation that creates a conversation, in the order of the request's fields and then of its effects. */
export const creationDifferences: readonly Difference[] = [
  {
    topic: "`repository`, `create_microagent.repo`",
    upstream: "a repository that is looked up at the git hosts",
    here: "a `https://` or `file://` URL, which git clones",
    why: "a URL says where a repository is, whatever host it is on",
    change: "Send the URL.",
  },
  {
    topic: "a repository that cannot be read",
    upstream: "401, and 500 for users who have stored neither a secret nor a token",
    here: "400 `repository_unavailable`, before anything is created",
    why: "401 is about the caller, and a failure leaves nothing",
    change: "Expect 400.",
  },
  {
    topic: "`image_urls`",
    upstream: "any text",
    here: "`https://`, `http://` and `data:image/` URLs",
    why: "anything else cannot be shown",
    change: "Nothing for real images.",
  },
  {
    topic: "`replay_json`",
    upstream: "a list of events, not together with a first message",
    here: "the same; it becomes the log, and nothing in it is done again; a 400 names the entries that are no events, and a task or images count as a first message",
    why: "what was done once is not done twice",
    change: "Send the list that `trajectory` holds.",
  },
  {
    topic: "`suggested_task` with `initial_user_msg`",
    upstream: "the task's prompt replaces the message",
    here: "the message follows the prompt",
    why: "nothing that was said is lost",
    change: "Nothing.",
  },
  {
    topic: "`suggested_task`",
    upstream: "500 for `OPEN_PR`, `CREATE_MICROAGENT`, and hosts other than GitHub, GitLab and Bitbucket",
    here: "every type and every provider",
    why: "the request is valid",
    change: "Nothing.",
  },
  {
    topic: "`conversation_id`",
    upstream: "with `ALLOW_SET_CONVERSATION_ID=1`, else refused with 422",
    here: "with `ALLOW_SET_CONVERSATION_ID` switched on, else 400; 409 `conversation_exists` for one that is taken",
    why: "an id means one conversation",
    change: "Expect 409.",
  },
  {
    topic: "no settings, or no key for a model",
    upstream: "400, and the conversation stays behind",
    here: "created; the defaults apply",
    why: "the test models need neither",
    change: "Nothing.",
  },
  {
    topic: "`trigger`",
    upstream: "`openhands_api` for whoever sends a bearer key",
    here: "`suggested_task` and `microagent_management` come first; then `openhands_api` for a key or a token, `gui` for a session",
    why: "what a conversation is for says more than how its creator logged in",
    change: "Nothing.",
  },
];

/** Of what makes a conversation run. */
export const runningDifference: Difference = {
  topic: "how many of a user may run",
  upstream: "3; beyond it the least recently updated are closed",
  here: "20, or `MAX_RUNNING_CONVERSATIONS`; beyond it the one that has been quiet the longest is stopped",
  why: "a conversation in which nothing happens costs next to nothing here",
  change: "Nothing.",
};

export const listDifferences: readonly Difference[] = [
  {
    topic: "`limit`",
    upstream: "any integer, 0 and negative ones too",
    here: "1 to 100",
    why: "a bound that can be relied on",
    change: "Ask for the next page.",
  },
  {
    topic: "old conversations",
    upstream: "those older than 10 days are hidden",
    here: "listed",
    why: "what has not been deleted is there",
    change: "Nothing.",
  },
];

export const stopDifferences: readonly Difference[] = [
  {
    topic: "`conversation_status`",
    upstream: "the status before the stop",
    here: "the status after it",
    why: "it says what is so now",
    change: "Nothing.",
  },
];
