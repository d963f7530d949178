// Notices from one server to another, over a Redis that may go and come back.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { pino } from "pino";
import { createLocalEventBus } from "../../../server/conversations/event-bus.ts";
import type { Notice } from "../../../server/conversations/event-bus.ts";
import { connectRedis } from "../../../server/redis/connection.ts";
import { createRedisEventBus } from "../../../server/redis/event-bus.ts";
import { decodeNotice, encodeNotice } from "../../../server/redis/notices.ts";
import type { StoredEvent } from "../../../server/store/store.ts";
import { until } from "../../support/api.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";

function event(id: number, content: string): StoredEvent {
  const timestamp = "2026-11-22T10:15:30.123Z";
  return {
    ...{ id, timestamp, kind: "action", type: "message", source: "user", hidden: false },
    text: JSON.stringify({ id, timestamp, args: { content } }),
  };
}

describe("a notice", () => {
  test("arrives as it was sent, whatever stands in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (contents) => {
        const notice: Notice = { type: "events", events: contents.map((content, id) => event(id, content)) };
        assert.deepEqual(decodeNotice(encodeNotice(notice)), notice);
      }),
    );
  });

  test("says only where the log ends when there is too much in it", () => {
    const notice: Notice = { type: "events", events: [event(6, "x".repeat(300_000)), event(7, "")] };
    assert.deepEqual(decodeNotice(encodeNotice(notice)), { type: "head", lastEventId: 7 });
  });

  test("tells nobody what the log hides", () => {
    const action = { action: "run" as const, args: { command: "secret" } };
    const asked = { ...event(0, ""), request: action as unknown as NonNullable<StoredEvent["request"]> };
    assert.doesNotMatch(
      encodeNotice({ type: "events", events: [{ ...asked, sealedRequest: "sealed" }] }),
      /secret|sealed/,
    );
  });
});

if (hasRedis) {
  const redis = await startRedis({ after });
  const logger = pino({ level: "silent" });

  async function server(name: string) {
    const connection = await connectRedis(redis.url, logger);
    const bus = await createRedisEventBus({ local: createLocalEventBus(), redis: connection, node: name, logger });
    const heard: Notice[] = [];
    return { bus, heard, connection, stop: bus.subscribe("a", (notice) => heard.push(notice)) };
  }

  test("what one server says the others hear, itself once, and nobody who has stopped listening", async () => {
    const [one, two, three] = [await server("one"), await server("two"), await server("three")];
    three.stop();
    await until(
      async () => ((await redis.command("PUBSUB", "NUMSUB", "openhands-api:conversation:a")) as unknown[])[1] === 2,
    );
    const notice: Notice = { type: "events", events: [event(0, "Hello.")] };
    one.bus.publish("a", notice);
    one.bus.publish("b", notice);
    await until(() => two.heard.length > 0);
    await redis.kill();
    one.bus.publish("a", { type: "title", title: "lost" });
    await redis.restart();
    await until(() => {
      one.bus.publish("a", { type: "title", title: "found" });
      return two.heard.length > 1;
    });
    assert.deepEqual(two.heard.slice(0, 2), [notice, { type: "title", title: "found" }]);
    assert.deepEqual(one.heard.slice(0, 2), [notice, { type: "title", title: "lost" }]);
    assert.deepEqual(three.heard, []);
    for (const { bus, connection } of [one, two, three]) {
      await bus.close();
      await connection.close();
    }
  });
}
