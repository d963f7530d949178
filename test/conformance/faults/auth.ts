import {
  answers,
  body,
  fault,
  header,
  jsonAnswer,
  keyOf,
  pathOf,
  requests,
  status,
  withBody,
  withHeaders,
} from "./fault.ts";
import type { Answer, Asked, Fault, Interceptor } from "./fault.ts";

const conversation = "/api/conversations/*";

/** The same request, made by somebody else. */
function as(asked: Asked, key: string): Asked {
  return withHeaders(asked, { authorization: `Bearer ${key}`, "x-session-api-key": undefined, cookie: undefined });
}

function hasCredentials({ headers }: Asked): boolean {
  return (
    headers.authorization !== undefined || headers["x-session-api-key"] !== undefined || headers.cookie !== undefined
  );
}

/** A server that confuses people has to know them: the first key with which anything worked is the user's. */
function knowing(change: (asked: Asked, owner: string) => Asked | Answer | undefined): () => Interceptor {
  return () => {
    let owner: string | undefined;
    return {
      request: (asked) => (owner === undefined ? undefined : change(asked, owner)),
      answer(answer, asked) {
        if (answer.status === 200 && pathOf(asked).startsWith("/api/") && !isOpen(asked)) owner ??= keyOf(asked);
        return undefined;
      },
    };
  };
}

function isOpen(asked: Asked): boolean {
  return /^\/api\/(options|login|readiness)/.test(pathOf(asked));
}

/** The scope is asked for, and not looked at: what a `read` key may not is done with the user's own. */
function unscoped(method: string, path: RegExp): () => Interceptor {
  return () => {
    let owner: string | undefined;
    return {
      async request(asked, forward) {
        if (asked.method !== method || !path.test(pathOf(asked)) || owner === undefined) return undefined;
        const answer = await forward(asked);
        return answer.body.includes('"scope_insufficient"') ? forward(as(asked, owner)) : answer;
      },
      answer(answer, asked) {
        if (answer.status === 200 && !isOpen(asked)) owner ??= keyOf(asked);
        return undefined;
      },
    };
  };
}

/** What has been revoked goes on working: the first answer to a key is kept. */
function unrevoked(path: string): () => Interceptor {
  return () => {
    const first = new Map<string, Answer>();
    return {
      answer(answer, asked) {
        if (asked.method !== "GET" || pathOf(asked) !== path) return undefined;
        const credentials = keyOf(asked) ?? asked.headers.cookie ?? "";
        if (answer.status === 200) first.set(credentials, answer);
        return answer.status === 401 ? first.get(credentials) : undefined;
      },
    };
  };
}

export const authFaults: readonly Fault[] = [
  fault(
    "what is for users is for everybody",
    "settings.get",
    knowing((asked, owner) =>
      pathOf(asked) === "/api/settings" && asked.method === "GET" && !hasCredentials(asked)
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "everybody may write",
    "secrets.create",
    knowing((asked, owner) =>
      pathOf(asked) === "/api/secrets" && asked.method === "POST" && !hasCredentials(asked)
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "any key will do",
    "apiKeys.list",
    knowing((asked, owner) =>
      pathOf(asked) === "/api/keys" && asked.method === "GET" && keyOf(asked) !== undefined
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "any key opens a conversation",
    "conversations.get",
    knowing((asked, owner) =>
      /^\/api\/conversations\/[^/]+$/.test(pathOf(asked)) && asked.method === "GET" && keyOf(asked) !== undefined
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "a wrong key is as good as none where none is needed",
    "sessions.authenticate",
    answers("* /api/authenticate 401", (answer) => withBody({ ...answer, status: 200 }, { message: "ok" })),
  ),
  fault("403 for a wrong key", "settings.get", answers("GET /api/settings 401", status(403))),
  fault("404 without a key", "conversations.get", answers(`GET ${conversation} 401`, status(404))),
  fault(
    "200 with an empty list without a key",
    "conversations.list",
    answers("GET /api/conversations 401", (answer) =>
      withBody({ ...answer, status: 200 }, { results: [], next_page_id: null }),
    ),
  ),
  fault(
    "a malformed Authorization is an error of the server",
    "settings.get",
    requests("GET /api/settings", (asked) =>
      /^Bearer \S+$/.test(asked.headers.authorization ?? "Bearer x")
        ? undefined
        : jsonAnswer(500, {
            success: false,
            error: "The server failed.",
            code: "internal_error",
            request_id: "made-up",
          }),
    ),
  ),
  fault(
    "an error that tells wrong keys from missing ones wrongly",
    "settings.get",
    answers(
      "GET /api/settings 401",
      body((error) => ({
        ...error,
        code: error["code"] === "unauthenticated" ? "invalid_credentials" : "unauthenticated",
      })),
    ),
  ),
  fault(
    "a documented header for keys does not work",
    "security",
    requests("* /api/**", (asked) =>
      asked.headers["x-session-api-key"] === undefined
        ? undefined
        : withHeaders(asked, { "x-session-api-key": undefined }),
    ),
  ),
  fault(
    "a session cookie does not work",
    "security sessions.login",
    requests("* /api/**", (asked) =>
      asked.headers.cookie === undefined ? undefined : withHeaders(asked, { cookie: undefined }),
    ),
  ),
  fault(
    "a foreign page may use the cookie",
    "settings.merge",
    requests("POST /api/settings", (asked) =>
      asked.headers.cookie === undefined ? undefined : withHeaders(asked, { origin: undefined }),
    ),
  ),
  fault("a revoked key works", "apiKeys.delete", unrevoked("/api/keys")),
  fault("a session outlives its logout", "sessions.logout", unrevoked("/api/keys")),
  fault("a key for reading may write settings", "settings.merge", unscoped("POST", /^\/api\/settings$/)),
  fault("a key for reading may speak", "events.message", unscoped("POST", /\/message$/)),
  fault(
    "403 without its code",
    "settings.merge",
    answers(
      "POST /api/settings 403",
      body((error) => ({ ...error, code: "origin_forbidden" })),
    ),
  ),
  fault(
    "another user's conversation can be read",
    "conversations.get",
    knowing((asked, owner) =>
      /^\/api\/conversations\/[^/]+$/.test(pathOf(asked)) &&
      asked.method === "GET" &&
      hasCredentials(asked) &&
      keyOf(asked)?.startsWith("oh_")
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault("403 for another user's conversation", "conversations.get", othersAre(403)),
  fault(
    "another user's events can be read",
    "events.search",
    knowing((asked, owner) =>
      pathOf(asked).endsWith("/events") && asked.method === "GET" && keyOf(asked)?.startsWith("oh_")
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "everybody's conversations are listed",
    "conversations.list",
    knowing((asked, owner) =>
      pathOf(asked) === "/api/conversations" && asked.method === "GET" && keyOf(asked)?.startsWith("oh_")
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "everybody's secrets are listed",
    "secrets.list",
    knowing((asked, owner) =>
      pathOf(asked) === "/api/secrets" && asked.method === "GET" && keyOf(asked)?.startsWith("oh_")
        ? as(asked, owner)
        : undefined,
    ),
  ),
  fault(
    "a secret is shown",
    "secrets.list",
    answers(
      "GET /api/secrets 200",
      body((page) => ({
        ...page,
        custom_secrets: (Array.isArray(page["custom_secrets"]) ? page["custom_secrets"] : []).map((secret) =>
          Object.assign({}, secret, { value: "theirs" }),
        ),
      })),
    ),
  ),
  fault(
    "a key is shown again",
    "apiKeys.list",
    answers("GET /api/keys 200", (answer) => {
      const keys: unknown = JSON.parse(answer.body.toString());
      return withBody(answer, Array.isArray(keys) ? keys.map((key: object) => ({ ...key, key: "oh_made_up" })) : []);
    }),
  ),
  fault(
    "a login with a wrong key",
    "sessions.login",
    answers("POST /api/login 401", (answer) =>
      withBody(
        header("set-cookie", "openhands_session=made-up; Path=/; HttpOnly; SameSite=Lax")({ ...answer, status: 200 }),
        { success: true },
      ),
    ),
  ),
];

/** Somebody else's thing is told from one that does not exist. */
function othersAre(code: number): () => Interceptor {
  return () => {
    const made = new Map<string, string | undefined>();
    return {
      answer(answer, asked) {
        const id = /^\/api\/conversations\/([0-9a-f]{32})$/.exec(pathOf(asked))?.[1];
        if (id !== undefined && asked.method === "GET" && answer.status === 200) made.set(id, keyOf(asked));
        const another = id !== undefined && made.has(id) && made.get(id) !== keyOf(asked) && keyOf(asked) !== undefined;
        return another && answer.status === 404
          ? jsonAnswer(code, { success: false, error: "Not yours.", code: "permission_denied", request_id: "made-up" })
          : undefined;
      },
    };
  };
}
