import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { continueTrace, inTrace, traceHeaders, tracedFetch } from "../../server/trace.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${parentId}-01`;

test("a trace goes on as its own part", () => {
  const { spanId, ...rest } = continueTrace({ traceparent, tracestate: "congo=t61rcWkgMzE" });
  assert.deepEqual(rest, { traceId, parentId, sampled: true, state: "congo=t61rcWkgMzE" });
  assert.match(spanId, /^(?!0{16})[0-9a-f]{16}$/);
  assert.notEqual(spanId, parentId);
});

for (const taken of [
  `00-${traceId}-${parentId}-00`,
  `01-${traceId}-${parentId}-03`,
  `cc-${traceId}-${parentId}-01-what-later-versions-add`,
])
  test(`traceparent is taken: ${taken}`, () => {
    const context = continueTrace({ traceparent: taken });
    assert.deepEqual([context.traceId, context.parentId], [traceId, parentId]);
    assert.equal(context.sampled, !taken.endsWith("-00"));
  });

for (const ignored of [
  undefined,
  "",
  "00",
  `00-${traceId}-${parentId}`,
  `00-${traceId}-${parentId}-01-more`,
  `01-${traceId}-${parentId}-01more`,
  `ff-${traceId}-${parentId}-01`,
  `00-${"0".repeat(32)}-${parentId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${parentId}-01`,
  `00-${traceId.slice(1)}-${parentId}-01`,
  `00-${traceId}-${parentId}-0x`,
  ` ${traceparent}`,
  `${traceparent}, ${traceparent}`,
])
  test(`traceparent is ignored, with its tracestate: ${ignored}`, () => {
    const context = continueTrace({ traceparent: ignored, tracestate: "a=b" });
    assert.notEqual(context.traceId, traceId);
    assert.match(context.traceId, /^[0-9a-f]{32}$/);
    assert.deepEqual([context.parentId, context.sampled, context.state], [null, false, null]);
  });

test("what is asked of others names the trace and the part that asks; outside of a trace nothing is said", async (t) => {
  const server = createServer((req, res) => res.end(JSON.stringify(req.headers))).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo; // a TCP server's
  const ask = async () => {
    const answer = await tracedFetch(`http://127.0.0.1:${port}`, { headers: { Authorization: "Bearer a" } });
    const { traceparent, tracestate, authorization } = (await answer.json()) as Record<string, string>;
    assert.equal(authorization, "Bearer a");
    return { traceparent, tracestate };
  };
  const context = continueTrace({ traceparent, tracestate: "a=b" });
  assert.deepEqual(await inTrace(context, ask), {
    traceparent: `00-${traceId}-${context.spanId}-01`,
    tracestate: "a=b",
  });
  assert.deepEqual(await ask(), { traceparent: undefined, tracestate: undefined });
  assert.deepEqual(traceHeaders(), {});
});
