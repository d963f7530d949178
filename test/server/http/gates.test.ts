import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { GateClosedError, createV1Client, isApiError } from "../../../client/index.ts";
import { operations } from "../../../generated/server/operations.ts";
import { caller } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const root = join(import.meta.dirname, "../../..");
const open = await startServer({ after });
const closed = await startServer({ after }, { env: { ENABLE_V1: "off" } });
const gated = operations.filter(({ gate }) => gate === "v1");

test("there is something behind the gate", () => {
  assert.ok(gated.some(({ path }) => path === "/api/v1/users/me"));
});

const everyMethod = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
const anyId = "0".repeat(32);
const openPaths = new Set<string>(operations.filter(({ gate }) => gate !== "v1").map(({ path }) => path));

for (const { id, method, path: template } of gated) {
  const path = template.replaceAll(/:[a-z_]+/g, anyId);

  test(`rest/${id} is there behind an open gate, and not for anybody behind a closed one`, async () => {
    assert.notEqual((await caller(open)(method, path)).body?.code, "route_not_found");
    for (const key of [closed.key, null, "oh_unknown"])
      assertRefused(await caller(closed)(method, path, { key }), 404, "route_not_found");
  });

  test(`rest/${id} leaves nothing at its path behind a closed gate, by whatever method`, async () => {
    for (const name of openPaths.has(template) ? [method] : everyMethod) await assertNothing(name, path);
  });
}

for (const path of [
  "/api/v1",
  "/api/v1/",
  "/api/v1/users",
  "/api/v1/nothing/at/all",
  "/api/v1?query",
  "/api/v1/%2e%2e",
]) {
  test(`nothing is at ${path} behind a closed gate`, async () => {
    for (const name of everyMethod) await assertNothing(name, path);
  });
}

for (const path of ["/api/v1", "/api/v1/users/me", "/api/v1/sockets/events/a"]) {
  test(`no socket is at ${path} behind a closed gate`, async () => {
    const answer = await sendRaw(closed, { method: "GET", path, headers: upgrade });
    assertRefused(answer, 404, "route_not_found");
  });
}

const upgrade = Object.entries({
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
});

async function assertNothing(method: string, path: string): Promise<void> {
  const headers = [["Authorization", `Bearer ${closed.key}`] as const];
  const answer = await sendRaw(closed, { method, path, headers });
  if (method !== "HEAD") return assertRefused(answer, 404, "route_not_found");
  assert.deepEqual([answer.status, answer.text], [404, ""]);
}

test("the client names the gate, and what opens it", async () => {
  const { url: baseUrl, key: apiKey } = closed;
  const client = createV1Client({ baseUrl, apiKey });
  await assert.rejects(client.users.me(), (error) => {
    assert.ok(error instanceof GateClosedError && isApiError(error, "route_not_found"));
    assert.deepEqual([error.gate, error.status, error.operation], ["v1", 404, "users.me"]);
    assert.match(error.message, /users\.me is behind the gate v1, .* ENABLE_V1=on/);
    return true;
  });
});

test("the configuration tells clients whether the gate is open", async () => {
  const flags = async (server: typeof open) =>
    (await caller(server)("GET", "/api/options/config", { key: null })).body.FEATURE_FLAGS.ENABLE_V1;
  assert.deepEqual([await flags(open), await flags(closed)], [true, false]);
});

for (const name of ["openapi.yaml", "asyncapi.yaml"]) {
  test(`${name} is served byte for byte as it is published`, async () => {
    const answer = await fetch(`${open.url}/${name}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/yaml; charset=utf-8");
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(join(root, name)));
  });

  test(`${name} does not mention what is behind a closed gate`, async () => {
    const text = await (await fetch(`${closed.url}/${name}`)).text();
    assert.doesNotMatch(text, /\/api\/v1|x-gate: v1|users\.me|\bUserInfo\b/);
    assert.ok(parse(text));
  });
}

test("a document holds exactly the operations that are served, and those that say when they are", async () => {
  for (const server of [open, closed]) {
    const { paths } = parse(await (await fetch(`${server.url}/openapi.yaml`)).text());
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    const served = operations
      .filter(({ gate }) => gate !== "v1" || server === open)
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:([a-z_]+)/g, "{$1}")}`);
    assert.deepEqual(documented.toSorted(), served.toSorted());
  }
});
