import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const get = (path: string, key: string | null = server.key) =>
  fetch(server.url + path, { headers: key === null ? {} : { Authorization: `Bearer ${key}` } });

for (const path of ["/assets/console.css", "/assets/console.js"]) {
  test(`${path} may be kept for ever`, async () => {
    const { status, headers } = await get(path, null);
    assert.equal(status, 200);
    assert.equal(headers.get("cache-control"), "public, max-age=2592000, immutable");
  });
}

const notKept = [
  { path: "/api/keys", status: 200 },
  { path: "/api/conversations", status: 200 },
  { path: "/alive", status: 200 },
  { path: "/openapi.yaml", status: 200 },
  { path: "/", status: 200 },
  { path: "/login", status: 200 },
  { path: "/nothing", status: 404 },
  { path: "/assets/missing.css", status: 404 },
  { path: "/assets/..%2findex.html", status: 404 },
  { path: "/assets/..%2f..%2fpackage.json", status: 404 },
  { path: "/assets/%00", status: 404 },
  { path: "/assets/%E0%A4%A", status: 404 },
];

for (const { path, status } of notKept) {
  test(`${path} (${status}) is never kept`, async () => {
    const answer = await get(path);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("cache-control"), "no-cache, no-store, must-revalidate, max-age=0");
    assert.equal(answer.headers.get("pragma"), "no-cache");
    assert.equal(answer.headers.get("expires"), "0");
    assert.equal(answer.headers.get("etag"), null);
  });
}

for (const path of ["/", "/api/keys", "/nothing", "/assets/console.css"]) {
  test(`${path} has the protections of pages`, async () => {
    const { headers } = await get(path);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'self'.*frame-ancestors 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("strict-transport-security"), null, "the server speaks plain HTTP");
    assert.equal(headers.get("x-powered-by"), null);
  });
}

test("every answer has its length, so that none can be cut short unnoticed", async () => {
  for (const path of ["/api/keys", "/alive", "/nothing", "/openapi.yaml"]) {
    const answer = await get(path);
    assert.equal(Number(answer.headers.get("content-length")), (await answer.arrayBuffer()).byteLength);
  }
});
