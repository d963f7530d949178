// The clock that a test may set, in a whole server: what a socket's deprecated message gets before and after its sunset.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { clockOf, systemClock } from "../../server/clock.ts";
import { channels } from "../../contract/index.ts";
import { caller, createConversation, until } from "../support/api.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";

const { sunset } = channels.events.messages.legacy_action.deprecation;

test("TEST_CLOCK begins anywhere and goes on", () => {
  const before = Date.now();
  const ahead = clockOf({ TEST_CLOCK: "2027-06-30T02:00:00+02:00", NODE_ENV: "test" }).now().getTime();
  assert.ok(ahead >= Date.parse("2027-06-30") && ahead <= Date.parse("2027-06-30") + Date.now() - before + 1);
  assert.equal(clockOf({}), systemClock);
  assert.equal(clockOf({ TEST_CLOCK: "", NODE_ENV: "production" }), systemClock);
});

for (const [environment, says] of [
  [{ TEST_CLOCK: "2027-06-30T00:00:00Z" }, /TEST_CLOCK: is for tests alone/],
  [{ TEST_CLOCK: "2027-06-30T00:00:00Z", NODE_ENV: "production" }, /TEST_CLOCK: is for tests alone/],
  [{ TEST_CLOCK: "tomorrow", NODE_ENV: "test" }, /TEST_CLOCK: must be a time such as/],
] as const)
  test(`TEST_CLOCK is refused: ${JSON.stringify(environment)}`, () => {
    assert.throws(() => clockOf(environment), { name: "ConfigError", message: says });
  });

for (const { when, start, want } of [
  { when: "before", start: `${Number(sunset.slice(0, 4)) - 1}-12-31T23:59:59Z`, want: ["deprecated", "ack"] },
  { when: "after", start: `${sunset}T00:00:00Z`, want: ["error"] },
]) {
  test(`a deprecated message ${when} its sunset: ${want.join(", ")}; the log counts it`, async () => {
    const server = await startServer({ after }, { env: { NODE_ENV: "test", TEST_CLOCK: start } });
    const id = await createConversation(caller(server));
    const socket = openSocket(server, id, { types: "null" });
    const send = (request_id: string) =>
      socket.send({ type: "oh_action", data: { action: "message", args: { content: "old" } }, request_id });
    send("one");
    send("two");
    const isLast = (frame: { request_id?: unknown; status?: unknown }) =>
      frame.request_id === "two" && frame.status === want.at(-1);
    const last = await socket.next(isLast);
    if (want.includes("error")) {
      assert.equal(last.code, "operation_removed");
      assert.match(last.message, /^oh_action was removed on .* Send oh_user_action with the same data\./);
    }
    const answers = socket.frames.filter((frame) => frame.request_id === "one");
    assert.deepEqual(
      answers.map(({ status }) => status),
      want,
    );
    socket.close();
    await until(() => linesOf(server.output(), "socket").length === 1);
    const [line] = linesOf(server.output(), "socket");
    assert.deepEqual([line?.["path"], line?.["deprecated"]], [`/sockets/events/${id}`, { oh_action: 2 }]);
    assert.deepEqual(
      linesOf(server.output(), "deprecated call").map(({ deprecated }) => deprecated),
      ["oh_action"],
    );
  });
}

function linesOf(output: string, msg: string): Record<string, unknown>[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line["msg"] === msg);
}
