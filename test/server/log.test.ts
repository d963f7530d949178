// What must never be written to the log or the screen.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { caller, createConversation, until } from "../support/api.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";

test("no key, cookie or secret is written, however much is logged", async (t) => {
  const metricsToken = `metrics-${randomBytes(24).toString("base64url")}`;
  const server = await startServer(t, { env: { LOG_LEVEL: "trace", METRICS_TOKEN: metricsToken } });
  const call = caller(server);
  const made = (name: string) => `${name}-${randomBytes(24).toString("base64url")}`;
  const unknown = made("unknown");
  const secret = made("secret");
  const token = made("token");

  const { body: created } = await call("POST", "/api/keys", { body: {} });
  const login = await call("POST", "/api/login", { key: null, body: { api_key: created.key } });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  await call("GET", "/api/keys", { key: null, headers: { Cookie: cookie } });
  await call("GET", "/api/keys", { key: null, headers: { "X-Session-API-Key": created.key } });
  await call("GET", "/api/keys", { key: unknown });
  await call("GET", `/api/keys?session_api_key=${created.key}`, { key: null });
  await call("POST", "/api/login", { key: null, body: { api_key: unknown } });
  await call("POST", "/api/login", { key: null, raw: `{"api_key": "${secret}` });
  await call("POST", "/api/settings", { body: { llm_api_key: secret } });
  await call("POST", "/api/settings", { body: { llm_api_key: [secret] } });
  await call("POST", "/api/conversations", { body: { repository: `https://user:${token}@127.0.0.1:9/a.git` } });

  const id = await createConversation(call);
  for (const [query, options] of [
    [{ session_api_key: created.key }, { key: null }],
    [{}, { key: null, headers: { Cookie: cookie, Origin: server.url } }],
    [{ session_api_key: unknown }, { key: null }],
  ] as const) {
    const socket = openSocket(server, id, query, options);
    await Promise.race([socket.closed, socket.next(({ status }) => status === "replay_complete")]);
    socket.close();
    await socket.closed;
  }
  await call("POST", "/api/logout", { key: null, headers: { Cookie: cookie, Origin: server.url } });
  await call("GET", "/metrics", { key: metricsToken }).catch(() => {}); // its text is no JSON
  await call("GET", "/alive", { headers: { "X-Request-ID": "the-last-request" } });
  await until(() => server.output().includes("the-last-request"));

  const values = {
    bootstrapKey: server.key,
    key: created.key,
    cookie: cookie.split("=")[1] ?? "",
    unknown,
    secret,
    token,
    metricsToken,
  };
  for (const [name, value] of Object.entries(values)) {
    assert.ok(value.length > 20);
    assert.ok(!server.output().includes(value), `${name} is in the output`);
  }
});
