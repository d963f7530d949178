import { isObject, textOf } from "../../../conformance/json.ts";
import type { JsonObject } from "../../../conformance/json.ts";
import {
  answers,
  body,
  fault,
  fields,
  jsonAnswer,
  jsonIn,
  pathOf,
  queryOf,
  requests,
  withBody,
  withHeaders,
} from "./fault.ts";
import type { Answer, Asked, Fault, Interceptor } from "./fault.ts";

const conversation = "/api/conversations/*";
const log = "/api/conversations/*/events";

/** Answers a change as if it had been made, and makes none. */
function swallowed(method: string, path: RegExp, answer: Answer): () => Interceptor {
  return () => ({ request: (asked) => (asked.method === method && path.test(pathOf(asked)) ? answer : undefined) });
}

/** Keeps the first good answer to each request and gives it ever after. */
function stale(path: RegExp): () => Interceptor {
  return () => {
    const first = new Map<string, Answer>();
    return {
      answer(answer, asked) {
        if (asked.method !== "GET" || !path.test(pathOf(asked))) return undefined;
        const before = first.get(asked.url);
        if (!before && answer.status === 200) first.set(asked.url, answer);
        return before;
      },
    };
  };
}

/** Of a list's items, those that this makes of them. */
function items(
  place: string,
  name: string,
  change: (list: JsonObject[], asked: Asked) => JsonObject[],
): () => Interceptor {
  return answers(place, (answer, asked) => {
    const json = jsonIn(answer);
    if (Array.isArray(json)) return withBody(answer, change(json.filter(isObject), asked));
    if (!isObject(json) || !Array.isArray(json[name])) return undefined;
    return withBody(answer, { ...json, [name]: change(json[name].filter(isObject), asked) });
  });
}

/** Sends a change to the server a second time. */
function twice(method: string, path: RegExp): () => Interceptor {
  return () => ({
    async request(asked, forward) {
      if (asked.method !== method || !path.test(pathOf(asked))) return undefined;
      const answer = await forward(asked);
      if (answer.status === 200) await forward(withHeaders(asked, { "idempotency-key": undefined }));
      return answer;
    },
  });
}

/** Under a key that is known, the first answer, whatever is asked. */
function keyOnly(): Interceptor {
  const first = new Map<string, Answer>();
  return {
    answer(answer, asked) {
      const key = asked.headers["idempotency-key"];
      if (typeof key !== "string") return undefined;
      const before = first.get(key);
      if (!before && answer.status === 200) first.set(key, answer);
      return before && answer.status === 409 ? before : undefined;
    },
  };
}

/** A following page begins with the last item of the one before. */
function overlapping(path: string, name: string): () => Interceptor {
  return () => {
    let last: JsonObject | undefined;
    return {
      answer(answer, asked) {
        const page = jsonIn(answer);
        if (asked.method !== "GET" || pathOf(asked) !== path || !isObject(page) || !Array.isArray(page[name]))
          return undefined;
        const own = page[name].filter(isObject);
        const follows = queryOf(asked).has("page_id") && last;
        const before = last;
        last = own.at(-1);
        return follows && before ? withBody(answer, { ...page, [name]: [before, ...own.slice(0, -1)] }) : undefined;
      },
    };
  };
}

const stored = jsonAnswer(200, { success: true, message: "Stored." });

export const stateFaults: readonly Fault[] = [
  fault("a created conversation cannot be read", "conversations.create conversations.get", fleeting()),
  fault(
    "a created conversation is not listed",
    "conversations.list conversations.create",
    items("GET /api/conversations 200", "results", (list) => list.slice(1)),
  ),
  fault(
    "a conversation that was started comes, and no search finds it",
    "stateful/appConversations.start/lifecycle",
    items("GET /api/v1/app-conversations/search 200", "items", (list) => list.slice(1)),
  ),
  fault(
    "a started sandbox is not found by a search",
    "stateful/sandboxes.start/lifecycle",
    items("GET /api/v1/sandboxes/search 200", "items", (list) => list.slice(1)),
  ),
  fault(
    "a conversation is listed twice",
    "conversations.list",
    items("GET /api/conversations 200", "results", (list) => [...list.slice(0, 1), ...list]),
  ),
  fault("a deleted conversation can be read", "conversations.delete", stale(/^\/api\/conversations\/[^/]+$/)),
  fault(
    "a deletion that does nothing",
    "conversations.delete",
    swallowed("DELETE", /^\/api\/conversations\/[^/]+$/, jsonAnswer(200, { success: true })),
  ),
  fault("a deleted secret is listed", "secrets.delete", swallowed("DELETE", /^\/api\/secrets\//, stored)),
  fault("a deleted key is listed", "apiKeys.delete", stale(/^\/api\/keys$/)),
  fault("a new name that is not kept", "conversations.rename", stale(/^\/api\/conversations\/[^/]+$/)),
  fault(
    "a new name that is cut",
    "conversations.rename",
    answers(
      `GET ${conversation} 200`,
      body((found) => ({ ...found, title: textOf(found["title"] ?? "").slice(0, 3) })),
    ),
  ),
  fault("settings that are not stored", "settings.merge", swallowed("POST", /^\/api\/settings$/, stored)),
  fault(
    "settings that are the default again",
    "settings.merge",
    answers("GET /api/settings 200", fields({ llm_model: null })),
  ),
  fault("a secret that is not stored", "secrets.create", swallowed("POST", /^\/api\/secrets$/, stored)),
  fault(
    "a secret without its description",
    "secrets.create",
    items("GET /api/secrets 200", "custom_secrets", (list) => list.map((secret) => ({ ...secret, description: "" }))),
  ),
  fault(
    "a second secret of the same name",
    "secrets.create",
    answers("POST /api/secrets 409", () => stored),
  ),
  fault("a change of a secret that does nothing", "secrets.update", swallowed("PUT", /^\/api\/secrets\//, stored)),
  fault(
    "a created key is not listed",
    "apiKeys.create",
    items("GET /api/keys 200", "", (list) => list.slice(1)),
  ),
  fault(
    "a created key does not work",
    "apiKeys.create",
    answers(
      "POST /api/keys 200",
      body((made) => ({ ...made, key: `oh_${"0".repeat(43)}` })),
    ),
  ),
  fault(
    "a key that cannot be deleted by its id",
    "apiKeys.create",
    answers(
      "POST /api/keys 200",
      body((made) => ({ ...made, id: `${textOf(made["id"] ?? "").slice(0, -1)}x` })),
    ),
  ),
  fault("pages overlap", "conversations.list", overlapping("/api/conversations", "results")),
  fault(
    "pages leave items out",
    "conversations.list",
    items("GET /api/conversations 200", "results", (list, asked) =>
      queryOf(asked).has("page_id") ? list.slice(1) : list,
    ),
  ),
  fault(
    "the last page has a next one",
    "conversations.list",
    answers(
      "GET /api/conversations 200",
      body((page) => ({ ...page, next_page_id: page["next_page_id"] ?? "bm90aGluZw" })),
    ),
  ),
  fault(
    "the first page is the only one",
    "conversations.list",
    answers("GET /api/conversations 200", fields({ next_page_id: null })),
  ),
  fault(
    "a page cursor of another list is taken",
    "conversations.list",
    requests("GET /api/conversations", (asked) => {
      const query = queryOf(asked);
      if (!/^[^A-Za-z0-9]|there|none|bad|wrong/.test(query.get("page_id") ?? "")) return undefined;
      query.delete("page_id");
      return { ...asked, url: `${pathOf(asked)}?${query}` };
    }),
  ),
  fault(
    "an upload that is not there afterwards",
    "files.upload",
    items("GET /api/conversations/*/list-files 200", "", () => []),
  ),
  fault(
    "an uploaded file with other bytes",
    "files.upload files.select",
    answers(
      "GET /api/conversations/*/select-file 200",
      body((file) => ({ ...file, code: `${textOf(file["code"] ?? "")}\n` })),
    ),
  ),
  fault(
    "a message that is lost",
    "events.message",
    swallowed(
      "POST",
      /\/message$/,
      jsonAnswer(200, { success: true, event_id: 1 }, { "idempotency-replayed": "false" }),
    ),
  ),
  fault("a message that comes twice", "events.message", twice("POST", /\/message$/)),
  fault(
    "a message with the id of another event",
    "events.message",
    answers(
      "POST /api/conversations/*/message 200",
      body((answer) => ({ ...answer, event_id: Number(answer["event_id"]) + 1 })),
    ),
  ),
  fault(
    "actions that are lost",
    "events.add",
    swallowed(
      "POST",
      /\/events$/,
      jsonAnswer(200, { success: true, event_ids: [1] }, { "idempotency-replayed": "false" }),
    ),
  ),
  fault(
    "a log with a gap",
    "events.search",
    items(`GET ${log} 200`, "events", (list) => list.filter(({ id }) => id !== 1)),
  ),
  fault(
    "a log in another order",
    "events.search",
    items(`GET ${log} 200`, "events", (list) => list.toReversed()),
  ),
  fault("an event that is another one the next time", "events.search trajectory.get", changing()),
  fault(
    "a log without its newest event",
    "events.search",
    items(`GET ${log} 200`, "events", (list) => list.slice(0, -1)),
  ),
  fault("has_more is never true", "events.search", answers(`GET ${log} 200`, fields({ has_more: false }))),
  fault(
    "idempotency keys are ignored",
    "conversations.create events.message",
    requests("POST /api/**", (asked) =>
      asked.headers["idempotency-key"] === undefined ? undefined : withHeaders(asked, { "idempotency-key": undefined }),
    ),
  ),
  fault("an idempotency key hides another request", "conversations.create events.message", keyOnly),
  fault(
    "a repeat that says that it is none",
    "conversations.create",
    answers("POST /api/conversations 200", (answer) => ({
      ...answer,
      headers: { ...answer.headers, "idempotency-replayed": "false" },
    })),
  ),
  fault(
    "a conversation that is stopped and runs",
    "conversations.stop",
    answers(`GET ${conversation} 200`, fields({ status: "RUNNING" })),
  ),
  fault(
    "feedback that is lost",
    "feedback.submit feedback.ratings",
    swallowed(
      "POST",
      /^\/feedback\/conversation$/,
      jsonAnswer(200, { success: true, message: "Stored.", status: "success" }),
    ),
  ),
];

/** A conversation is there for the one who has just made it, and gone for the next question. */
function fleeting(): () => Interceptor {
  return answers(`GET ${conversation} 200`, () =>
    jsonAnswer(404, {
      success: false,
      error: "There is no such conversation.",
      code: "conversation_not_found",
      request_id: "made-up",
    }),
  );
}

/** Texts of events change from one reading to the next. */
function changing(): () => Interceptor {
  return () => {
    let readings = 0;
    return items(`GET ${log} 200`, "events", (list) => {
      readings += 1;
      return list.map((event) => ({ ...event, message: `${textOf(event["message"] ?? "")} (${readings})` }));
    })();
  };
}
