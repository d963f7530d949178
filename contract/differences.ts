import type { ActionType } from "./events/actions.ts";
import type { ObservationType } from "./events/observations.ts";

/**
 * Where this API, on purpose, does something else than upstream's. It stands with what it is about (an operation, a channel,
 * the events, or below) and `docs/upstream-differences.md` is made from all of them. Texts are Markdown without links.
 */
export interface Difference {
  /** The part that is meant, where it is not the whole: `a host that is left out`. */
  readonly topic?: string;
  /** What upstream does. */
  readonly upstream: string;
  /** What this API does. */
  readonly here: string;
  /** The reason, in a few words. */
  readonly why: string;
  /** What a client of upstream must change; `Nothing.` when it works as it is. */
  readonly change: string;
}

/** A difference of no single operation, channel or event. */
export interface GeneralDifference extends Difference {
  readonly topic: string;
}

/** A difference of events: of those that it names, or of every event when it names none. */
export interface EventDifference extends Difference {
  readonly actions?: readonly ActionType[];
  readonly observations?: readonly ObservationType[];
}

/** The differences that stand with no operation and no channel. */
export interface OtherDifferences {
  readonly general: readonly GeneralDifference[];
  readonly events: readonly EventDifference[];
}

/** What differs everywhere. */
export const generalDifferences: readonly GeneralDifference[] = [
  {
    topic: "every error",
    upstream: "eight shapes: `detail`, `error`, `message`, a bare string, plain text",
    here: 'one: `{"success":false,"error":"…","code":"…","details"?,"request_id":"…"}`, also where a request is no valid HTTP',
    why: "a client can show and tell apart every error by the same code",
    change: "Read `error`, which is always a text, and tell errors apart by `code`.",
  },
  {
    topic: "malformed input",
    upstream: "422, and 400 in places",
    here: "400 `validation_failed`, `details` naming each part",
    why: "one status for one kind of failure",
    change: "Treat 400 as upstream's 422.",
  },
  {
    topic: "401",
    upstream: "also for a refused git token, a missing file, settings that cannot be built",
    here: "missing or bad credentials, and only that",
    why: "clients log the user out on 401",
    change: "Nothing.",
  },
  {
    topic: "credentials that disagree",
    upstream: "the first counts: bearer key, `X-Session-API-Key`, cookie",
    here: "400 `credentials_conflict`, for different keys and for a cookie of another user",
    why: "nobody acts as somebody else by accident",
    change: "Send one key.",
  },
  {
    topic: "wrong keys",
    upstream: "limits count the requests of an address or a user",
    here: "wrong keys are counted besides, by address and by how they begin; 429 `rate_limited` beyond",
    why: "guessing has to be slow",
    change: "Honour `Retry-After`.",
  },
  {
    topic: "sessions",
    upstream: "the cookie `keycloak_auth`, until its refresh token expires",
    here: "the cookie `openhands_session`, until 7 days after its last use, 30 days at most, or the end of its key; a login replaces it",
    why: "a stolen cookie is of no use for long",
    change: "Log in again on 401.",
  },
  {
    topic: "acknowledgements",
    upstream: '`{"message"}`, `{"status"}`, `true`, `"OK"`',
    here: '`"success": true`, with `message` where upstream has one',
    why: "one thing to check",
    change: "Nothing where `message` is read; a bare `true` is an object now.",
  },
  {
    topic: "absent conversation",
    upstream: "`200 null`, `200 false`, 404, or created on connect",
    here: "404 `conversation_not_found` everywhere; close code 4404 on a socket",
    why: "an absent thing is not a success",
    change: "Expect 404.",
  },
  {
    topic: "another user's things",
    upstream: "one user, without credentials, unless it runs as SaaS",
    here: "several users, told apart by their keys; what is another's answers 404, as if it did not exist",
    why: "ids of others are nobody's business",
    change: "Send a key.",
  },
  {
    topic: "times",
    upstream: "events in local time without an offset, keys in UTC without one",
    here: "RFC 3339 in UTC with `Z`, everywhere",
    why: "a time without a zone is none",
    change: "Nothing where times are parsed.",
  },
  {
    topic: "429",
    upstream: "without CORS headers; sockets are not counted",
    here: "with CORS headers, `Retry-After`, `X-RateLimit-*`, `RateLimit` and `RateLimit-Policy`; sockets and their frames count as well",
    why: "a browser can read it",
    change: "Nothing.",
  },
  {
    topic: "unknown path under `/api`",
    upstream: "200 with the web client's page",
    here: "404 `route_not_found`; 405 `method_not_allowed` for a wrong method",
    why: "a typo should not look like a success",
    change: "Nothing.",
  },
  {
    topic: "V1 switched off",
    upstream: "by `ENABLE_V1=0` alone; its paths then answer 200 with the web client's page, or 405",
    here: "by `0`, `false`, `no` or `off`; 404 `route_not_found` for every method, and `FEATURE_FLAGS.ENABLE_V1` in the configuration says so",
    why: "a client can tell what is there",
    change: "Nothing.",
  },
  {
    topic: "paging",
    upstream: "a bad `page_id` is a 500; pages may skip rows",
    here: "400 for a bad `page_id`; stable under inserts, no empty page with a next one",
    why: "a list can be read to its end",
    change: "Nothing.",
  },
];
