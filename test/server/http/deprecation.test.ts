// What becomes of a deprecated operation, on both sides of its sunset. The contract's own come and go, so these are made up.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import express from "express";
import { pino } from "pino";
import { createDeprecatedUses } from "../../../server/deprecation.ts";
import { heedDeprecation } from "../../../server/http/deprecation.ts";
import { answerError } from "../../../server/http/errors.ts";
import { requestId } from "../../../server/http/request-id.ts";
import { caller, until } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";

const sunset = Date.parse("2027-06-30T00:00:00Z");
let now: number;
let logged: Record<string, unknown>[];
beforeEach(() => {
  now = sunset - 1000;
  logged = [];
});

const app = express();
app.use(requestId(pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }), { answered: () => {} }));
const deprecation = {
  state: "deprecated",
  since: "2026-11-22",
  sunset: "2027-06-30",
  replacement: "conversations.rename",
  reason: "The other is better.",
} as const;
const operation = { id: "things.old", method: "POST", path: "/old/:conversation_id", deprecation };
const deps = {
  clock: { now: () => new Date(now) },
  uses: createDeprecatedUses({ deprecated: () => {} }),
  addressOf: () => "192.0.2.1",
};
app.post(operation.path, heedDeprecation(operation, deps), express.json(), (req, res) => {
  res.json({ body: req.body });
});
app.use(answerError);
const server = createServer(app).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
after(() => promisify(server.close.bind(server))());
const call = caller({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "none" });

const headers = { deprecation: "@1795305600", sunset: "Wed, 30 Jun 2027 00:00:00 GMT" };

for (const { at, ms, status } of [
  { at: "long before", ms: -200 * 86_400_000, status: 200 },
  { at: "in the last millisecond before", ms: -1, status: 200 },
  { at: "in the first millisecond of", ms: 0, status: 410 },
  { at: "long after", ms: 200 * 86_400_000, status: 410 },
]) {
  test(`an operation answers ${status} ${at} its sunset, and always says what comes after it`, async () => {
    now = sunset + ms;
    const answer = await call("POST", "/old/a%2Fb", { body: { a: 1 } });
    if (status === 410) {
      assertRefused(answer, 410, "operation_removed");
      assert.match(
        answer.body.error,
        /^POST \/old\/\{conversation_id\} was removed on 2027-06-30\. Use PATCH \/api\/conversations\/\{conversation_id\} instead\. The other is better\.$/,
      );
    } else assert.deepEqual([answer.status, answer.body], [200, { body: { a: 1 } }]);
    assert.equal(answer.headers.get("deprecation"), headers.deprecation);
    assert.equal(answer.headers.get("sunset"), headers.sunset);
    assert.equal(answer.headers.get("link"), '</api/conversations/a%2Fb>; rel="successor-version"');
  });
}

test("after its sunset it does not look at what it is sent", async () => {
  now = sunset;
  for (const options of [{ raw: "{" }, { key: null }, { headers: { Accept: "image/png" } }])
    assertRefused(await call("POST", "/old/a", options), 410, "operation_removed");
});

test("what fails before its sunset has the headers too", async () => {
  const answer = await call("POST", "/old/a", { raw: "{" });
  assert.notEqual(answer.status, 200);
  assert.deepEqual([answer.headers.get("deprecation"), answer.headers.get("sunset")], Object.values(headers));
});

test("every use is in the access log, and the warning once for each caller", async () => {
  const uses = createDeprecatedUses({ deprecated: () => {} });
  const logger = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  for (const userId of ["a", "b", "a", null, "b", null])
    for (const name of ["things.old", "oh_action"]) uses.note({ name, userId, address: "192.0.2.1", logger });
  assert.deepEqual(
    logged.map(({ level, deprecated, user_id, address }) => [level, deprecated, user_id ?? address]),
    ["a", "b", "192.0.2.1"].flatMap((who) => ["things.old", "oh_action"].map((name) => [40, name, who])),
  );
  logged = [];
  for (let count = 0; count < 3; count++) await call("POST", "/old/a", { body: {} });
  const lines = () => logged.filter(({ msg }) => msg === "request");
  await until(() => lines().length === 3);
  for (const { method, path, status, deprecated } of lines())
    assert.deepEqual([method, path, status, deprecated], ["POST", "/old/a", 200, "things.old"]);
});

test("who has called is remembered of ten thousand callers, then forgotten, the first ones first", () => {
  const uses = createDeprecatedUses({ deprecated: () => {} });
  const logger = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const note = (index: number) => uses.note({ name: "things.old", userId: `${index}`, address: "", logger });
  for (let index = 0; index <= 10_000; index++) note(index);
  logged = [];
  note(10_000);
  assert.equal(logged.length, 0);
  note(0);
  assert.equal(logged.length, 1);
});
