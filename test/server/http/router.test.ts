import assert from "node:assert/strict";
import { after, test } from "node:test";
import { operations } from "../../../generated/server/operations.ts";
import { caller } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const authorization = ["Authorization", `Bearer ${server.key}`] as const;
const anyId = "0".repeat(32);
const served = operations.filter(({ gate }) => gate !== "oidc"); // there is no OpenID provider
const paths = Map.groupBy(served, ({ path }) => path.replaceAll(/:[a-z_]+/g, anyId));

for (const path of [
  "/nothing",
  "/api",
  "/api/nothing",
  "/api/v1",
  "/api/v1/nothing",
  "/api/conversations/a/b/c",
  "//api/keys",
]) {
  for (const method of ["GET", "POST", "DELETE"]) {
    test(`${method} ${path} is no operation, with or without credentials`, async () => {
      assertRefused(await call(method, path), 404, "route_not_found");
      assertRefused(await call(method, path, { key: null }), 404, "route_not_found");
    });
  }
}

for (const [path, rows] of paths) {
  const methods = rows.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  const allow = [...methods, "OPTIONS"].join(", ");

  for (const method of ["GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "PROPFIND"].filter(
    (name) => !methods.includes(name),
  )) {
    test(`${method} ${path} is answered with the methods that exist`, async () => {
      const answer = await sendRaw(server, { method, path, headers: [authorization] });
      assertRefused(answer, 405, "method_not_allowed");
      assert.equal(answer.headers.get("allow"), allow);
    });
  }

  test(`OPTIONS ${path} lists the methods that exist`, async () => {
    const answer = await sendRaw(server, { method: "OPTIONS", path });
    assert.deepEqual([answer.status, answer.headers.get("allow"), answer.text], [204, allow, ""]);
  });
}

/** Not /server_info, whose figures, and so their length, are others each time. */
const readable = operations
  .filter(({ method, path }) => method === "GET" && path !== "/server_info")
  .map(({ path }) => path.replace(/:[a-z_]+/, anyId));

for (const path of [...readable, "/openapi.yaml", "/asyncapi.yaml", "/", "/assets/console.css", "/nothing"]) {
  test(`HEAD ${path} is GET without the body`, async () => {
    const headers = [authorization, ["X-Request-ID", "same"]] as const;
    const get = await sendRaw(server, { method: "GET", path, headers });
    const head = await sendRaw(server, { method: "HEAD", path, headers });
    assert.equal(head.text, "");
    assert.equal(head.status, get.status);
    assert.deepEqual(headersOf(head), headersOf(get));
    assert.equal(Number(head.headers.get("content-length")), Buffer.byteLength(get.text));
  });
}

function headersOf({ headers }: { headers: Headers }): Record<string, string> {
  const { date: _, ...rest } = Object.fromEntries(headers);
  return rest;
}

for (const segment of ["%", "%E0%A4%A", "%zz", "%ff"]) {
  test(`a path with the malformed escape ${segment} is refused`, async () => {
    const refusal = await sendRaw(server, {
      method: "GET",
      path: `/api/conversations/${segment}`,
      headers: [authorization],
    });
    assertRefused(refusal, 400, "validation_failed", ["path"]);
  });
}

const notIds = [
  "1",
  "x".repeat(32),
  "A".repeat(32),
  `${anyId}0`,
  anyId.slice(1),
  "%00",
  "..%2f..%2fetc",
  `${anyId}%0a`,
  "%F0%9F%8E%89",
];
/** V1 takes a conversation's id in upper case too. */
const isUuid = /^[0-9a-f]{32}$/i;
/** A secret's id is its name, which may be almost any text. */
const idsOfOurs = /:(conversation_id|key_id)/;
const parameters = [...paths].filter(([, [row]]) => row !== undefined && idsOfOurs.test(row.path));

for (const [path, rows] of parameters) {
  for (const { method, id, path: template } of rows) {
    test(`rest/${id} refuses ids that are none`, async () => {
      const name = /:([a-z_]+)/.exec(template)?.[1] ?? "";
      for (const notId of id.startsWith("agentControl.") ? notIds.filter((one) => !isUuid.test(one)) : notIds) {
        const answer = await sendRaw(server, { method, path: path.replace(anyId, notId), headers: [authorization] });
        assertRefused(answer, 400, "validation_failed");
        assert.deepEqual(answer.body.details[0].in, "path", notId);
        assert.deepEqual(answer.body.details[0].path, name, notId);
      }
    });
  }
}

const goneRequests = [
  { name: "nothing", init: {} },
  { name: "broken JSON", init: { raw: "{" } },
  { name: "text", init: { raw: "a", headers: { "Content-Type": "text/plain" } } },
  { name: "an unknown key", init: { key: "oh_unknown" } },
  { name: "no credentials", init: { key: null } },
  { name: "malformed credentials", init: { key: null, headers: { Authorization: "a b c" } } },
  { name: "another Accept", init: { headers: { Accept: "image/png" } } },
  { name: "a bad request id", init: { headers: { "X-Request-ID": "a b" } } },
] as const;

for (const { name, init } of goneRequests) {
  test(`a gone operation says what to use instead, sent ${name}`, async () => {
    const answer = await call("POST", "/api/reset-settings", init);
    assertRefused(answer, 410, "operation_removed");
    assert.match(answer.body.error, /POST \/api\/settings/);
    assert.equal(answer.headers.get("deprecation"), "@1735689600"); // 2025-01-01, RFC 9745
    assert.equal(answer.headers.get("sunset"), "Mon, 30 Jun 2025 00:00:00 GMT"); // RFC 8594
    assert.equal(answer.headers.get("link"), '</api/settings>; rel="successor-version"');
  });
}

test("other operations say nothing of a deprecation", async () => {
  const { headers } = await call("GET", "/api/keys");
  assert.deepEqual(
    ["deprecation", "sunset", "link"].map((name) => headers.get(name)),
    [null, null, null],
  );
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

for (const path of ["/ALIVE", "/alive/", "/API/options/models", "/api/conversations/", "/api/V1/users/me"]) {
  test(`${path} is not a path that the document lists`, async () => {
    const answer = await call("GET", path);
    assert.equal(answer.status, 404);
    assert.equal(answer.body.code, "route_not_found");
  });
}
