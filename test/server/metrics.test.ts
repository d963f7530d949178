// What an operator sees of a server: its figures, and the lines of its log.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { operations } from "../../generated/server/operations.ts";
import { caller, createConversation, until } from "../support/api.ts";
import { isStatus } from "../support/frames.ts";
import { sendRaw } from "../support/raw-request.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";
import type { ServerProcess } from "../support/start-server.ts";

const token = randomBytes(24).toString("base64url");
const server = await startServer(
  { after },
  { env: { METRICS_TOKEN: token, RATE_LIMIT_USER: "1000/day", RATE_LIMIT_FRAMES: "2/day" } },
);
const call = caller(server);

/** The value of each series, by its name and labels. */
async function metrics({ url }: ServerProcess = server): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/metrics`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name = "", value] = /^(.+) (\S+)$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

test("requests, sockets, events, agent loops, limits and deprecated calls are counted, and the process is measured", async () => {
  const id = await createConversation(call);
  const before = await metrics();
  const trajectory = () => call("POST", "/api/reset-settings");
  await call("GET", "/api/keys");
  await call("GET", "/api/keys", { key: "oh_unknown" });
  await call("GET", `/api/nothing/${randomBytes(4).toString("hex")}`);
  await trajectory();
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  socket.send({ type: "oh_action", data: { action: "message", args: { content: "Hello." } }, request_id: "1" });
  socket.sendRaw("{");
  socket.send({ message: "Too many." });
  await socket.next(({ code }) => code === "rate_limited");
  const during = await metrics();
  socket.close();
  await socket.closed;
  await until(async () => ((await metrics()).get("openhands_sockets_open") ?? 0) === 0);
  const now = await metrics();

  const grown = (series: string, in_ = now) => (in_.get(series) ?? 0) - (before.get(series) ?? 0);
  const answered = (operation: string, status: number) =>
    grown(`openhands_http_request_seconds_count{operation="${operation}",status="${status}"}`);
  assert.deepEqual(
    [
      answered("apiKeys.list", 200),
      answered("apiKeys.list", 401),
      answered("none", 404),
      answered("settings.reset", 410),
    ],
    [1, 1, 1, 1],
  );
  assert.equal(during.get("openhands_sockets_open"), 1);
  assert.equal(grown('openhands_sockets_closed_total{code="1005"}'), 1);
  for (const outcome of ["ack", "malformed_json", "rate_limited"])
    assert.equal(grown(`openhands_socket_frames_total{outcome="${outcome}"}`), 1, outcome);
  assert.equal(during.get("openhands_agent_loops"), 1);
  assert.ok(grown("openhands_events_appended_total") >= 1);
  assert.equal(now.get("openhands_socket_unsent_bytes"), 0);
  assert.equal(grown('openhands_limiter_decisions_total{limit="user",decision="allowed"}'), 1);
  assert.equal(grown('openhands_limiter_decisions_total{limit="frames",decision="allowed"}'), 2);
  assert.equal(grown('openhands_limiter_decisions_total{limit="frames",decision="refused"}'), 1);
  assert.equal(grown('openhands_deprecated_uses_total{name="settings.reset"}'), 1);
  assert.equal(grown('openhands_deprecated_uses_total{name="oh_action"}'), 1);
  await until(async () => (await metrics()).get("openhands_appends_waiting") === 0);
  for (const series of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes"])
    assert.ok((now.get(series) ?? 0) > 0, series);
});

test("no label comes from a client: whatever is asked for, there are no more series", async () => {
  const count = async () => (await metrics()).size;
  const odd = async (text: string) => {
    await call("GET", `/api/${text}`);
    await call("GET", `/api/conversations/${text}`);
    await sendRaw(server, { method: "PROPFIND", path: `/${text}` });
    await call("GET", "/api/keys", { headers: { "X-Request-ID": text } });
  };
  await odd("first");
  const before = await count();
  for (let index = 0; index < 5; index += 1) await odd(randomBytes(8).toString("hex"));
  assert.equal(await count(), before);
  const known = new Set([...operations.map(({ id }) => id), "none"]);
  for (const series of (await metrics()).keys()) {
    const operation = /operation="([^"]*)"/.exec(series)?.[1];
    assert.ok(operation === undefined || known.has(operation), series);
  }
});

const port = () => new URL(server.url).port;
const authorization = (value: string) => ["Authorization", value] as const;

for (const { what, host, headers } of [
  { what: "a proxy on this machine", host: "localhost", headers: [["X-Forwarded-For", "192.0.2.1"]] },
  { what: "one that speaks of itself", host: "localhost", headers: [["Via", "1.1 proxy"]] },
  { what: "a public name", host: "api.example", headers: [] },
  { what: "an API key", host: "api.example", headers: [authorization(`Bearer ${server.key}`)] },
  { what: "another token", host: "api.example", headers: [authorization(`Bearer ${token}x`)] },
] as const)
  test(`to ${what} there is no /metrics`, async () => {
    const { status, body } = await sendRaw(server, {
      method: "GET",
      path: "/metrics",
      host: `${host}:${port()}`,
      headers,
    });
    assert.deepEqual([status, body.code], [404, "route_not_found"]);
  });

test("whoever has the token sees the metrics from anywhere", async () => {
  const headers = [authorization(`Bearer ${token}`), ["X-Forwarded-For", "192.0.2.1"]] as const;
  const { status, text } = await sendRaw(server, { method: "GET", path: "/metrics", host: "api.example", headers });
  assert.equal(status, 200);
  assert.match(text, /^# HELP openhands_http_request_seconds /m);
});

test("the lines of the log name request, trace, operation, conversation and user; a socket's do too", async () => {
  const id = await createConversation(call);
  const traceId = randomBytes(16).toString("hex");
  const headers = { "X-Request-ID": "of-a-request", traceparent: `00-${traceId}-${"1".repeat(16)}-01` };
  await call("GET", `/api/conversations/${id}`, { headers });
  const socket = openSocket(server, id, {}, { headers: { ...headers, "X-Request-ID": "of-a-socket" } });
  await socket.next(isStatus("replay_complete"));
  socket.close();
  const refused = openSocket(server, "0".repeat(32), {}, { headers: { "X-Request-ID": "of-a-refusal" } });
  assert.equal((await refused.closed).code, 4404);
  const line = (name: string): Record<string, unknown> | undefined =>
    server
      .output()
      .split("\n")
      .filter((text) => text.startsWith("{"))
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ request_id }) => request_id === name);
  await until(() => ["of-a-request", "of-a-socket", "of-a-refusal"].every((name) => line(name) !== undefined));
  const { user_id, ...request } = line("of-a-request") ?? {};
  assert.match(String(user_id), /^\S+$/);
  const { operation, conversation_id, trace_id, status } = request;
  assert.deepEqual([operation, conversation_id, trace_id, status], ["conversations.get", id, traceId, 200]);
  const ofSocket = line("of-a-socket");
  assert.deepEqual(
    [ofSocket?.["msg"], ofSocket?.["conversation_id"], ofSocket?.["trace_id"], ofSocket?.["user_id"]],
    ["socket", id, traceId, user_id],
  );
  assert.deepEqual(
    [line("of-a-refusal")?.["msg"], line("of-a-refusal")?.["reason"]],
    ["socket refused", "conversation_not_found"],
  );
});
