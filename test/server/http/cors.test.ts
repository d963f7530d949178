import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const permitted = ["https://app.example", "http://localhost:3001"];
const byDefault = await startServer({ after });
const byList = await startServer({ after }, { env: { PERMITTED_CORS_ORIGINS: permitted.join(" , ") } });

const cases = [
  { server: byDefault, when: "without a list", origin: "http://localhost", allowed: true },
  { server: byDefault, when: "without a list", origin: "http://localhost:5173", allowed: true },
  { server: byDefault, when: "without a list", origin: "https://localhost:8443", allowed: true },
  { server: byDefault, when: "without a list", origin: "http://127.0.0.1:5173", allowed: true },
  { server: byDefault, when: "without a list", origin: "https://app.example", allowed: false },
  { server: byDefault, when: "without a list", origin: "http://localhost.app.example", allowed: false },
  { server: byDefault, when: "without a list", origin: "http://app.example#localhost", allowed: false },
  { server: byDefault, when: "without a list", origin: "null", allowed: false },
  { server: byList, when: "with a list", origin: "https://app.example", allowed: true },
  { server: byList, when: "with a list", origin: "http://localhost:3001", allowed: true },
  { server: byList, when: "with a list", origin: "http://localhost:5173", allowed: false },
  { server: byList, when: "with a list", origin: "http://app.example", allowed: false },
  { server: byList, when: "with a list", origin: "https://app.example:8443", allowed: false },
  { server: byList, when: "with a list", origin: "https://evil.app.example", allowed: false },
  { server: byList, when: "with a list", origin: "null", allowed: false },
];

for (const { server, when, origin, allowed } of cases) {
  test(`${when}, scripts of ${origin} ${allowed ? "may" : "may not"} read answers and errors`, async () => {
    for (const [path, status] of [
      ["/alive", 200],
      ["/api/keys", 401],
      ["/nothing", 404],
    ] as const) {
      const { status: found, headers } = await caller(server)("GET", path, { key: null, headers: { Origin: origin } });
      assert.equal(found, status);
      assert.equal(headers.get("access-control-allow-origin"), allowed ? origin : null);
      assert.equal(headers.get("access-control-allow-credentials"), allowed ? "true" : null);
    }
  });

  test(`${when}, a preflight of ${origin} ${allowed ? "succeeds" : "grants nothing"}`, async () => {
    const { headers, status } = await fetch(`${server.url}/api/conversations`, {
      method: "OPTIONS",
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization",
      },
    });
    assert.equal(status, 204);
    assert.equal(headers.get("access-control-allow-origin"), allowed ? origin : null);
    assert.equal(headers.get("access-control-allow-methods"), allowed ? "GET,HEAD,POST,PUT,PATCH,DELETE" : null);
    assert.equal(
      headers.get("access-control-allow-headers"),
      allowed ? "Authorization,Content-Type,X-Session-API-Key,X-Request-ID,Idempotency-Key,X-Access-Token" : null,
    );
  });
}

test("a page of another origin can still use a key: CORS is about what scripts may read", async () => {
  const answer = await caller(byList)("GET", "/api/keys", { headers: { Origin: "https://evil.example" } });
  assert.equal(answer.status, 200);
  assertRefused(
    await caller(byList)("GET", "/api/keys", { key: null, headers: { Origin: permitted[0] ?? "" } }),
    401,
    "unauthenticated",
  );
});
