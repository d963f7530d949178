// One limit on a user for several servers: in whole processes, with a Redis that comes and goes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";
import type { RedisProcess } from "../../support/redis.ts";
import { isStatus } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { postgres, storeSides } from "../../support/stores.ts";
import type { ServerProcess } from "../../support/start-server.ts";

const canRun = hasRedis && storeSides.includes(postgres);
const options = { skip: !canRun };

/** The database that all servers share, and a user in it. */
const place = canRun ? await postgres.place({ after }) : null;
const original = place && (await startServer({ after }, { place }));
await original?.stop();

async function startNode(redis: RedisProcess, env: Record<string, string>): Promise<ServerProcess> {
  assert.ok(place && original);
  const own = { dataDir: await temporaryFolder({ after }), env: place.env };
  return startServer({ after }, { place: own, key: original.key, env: { REDIS_URL: redis.url, ...env } });
}

async function startNodes(redis: RedisProcess, env: Record<string, string>): Promise<ServerProcess[]> {
  return Promise.all([1, 2, 3].map(() => startNode(redis, env)));
}

/** So many requests on each node, all at once. */
async function burst(nodes: readonly ServerProcess[], each: number): Promise<Answer[]> {
  const calls = nodes.map(caller);
  return Promise.all(calls.flatMap((call) => Array.from({ length: each }, () => call("GET", "/api/keys"))));
}

const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;
const readiness = async (node: ServerProcess) => (await caller(node)("GET", "/api/readiness")).body.components;

test("three servers together let through exactly what one would, and a restart forgets nothing", options, async (t) => {
  const redis = await startRedis({ after });
  const nodes = await startNodes(redis, { RATE_LIMIT_USER: "100/day", RATE_LIMIT_FRAMES: "5/day" });
  const answers = await burst(nodes, 60);
  assert.equal(passed(answers), 100);
  const refusals = answers.filter(({ status }) => status === 429);
  assert.equal(refusals.length, 80);
  const left = answers.flatMap(({ status, headers }) =>
    status === 200 ? [Number(headers.get("x-ratelimit-remaining"))] : [],
  );
  assert.deepEqual(
    left.toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, index) => index),
    "each of them was told another number",
  );

  await t.test("the window is Redis's: each server tells the same end, and another clock changes nothing", async () => {
    const [first] = nodes;
    assert.ok(first);
    const ahead = new Date(Date.now() + 2 * 86_400_000).toISOString();
    const late = await startNode(redis, { RATE_LIMIT_USER: "100/day", NODE_ENV: "test", TEST_CLOCK: ahead });
    assert.equal(passed(await burst([late], 1)), 0);
    const seconds = refusals.map(({ headers }) => Number(headers.get("retry-after")));
    assert.ok(Math.max(...seconds) - Math.min(...seconds) <= 60 && Math.max(...seconds) <= 86_400);
    assert.ok(Math.min(...seconds) > 86_000);
  });

  await t.test("a server that is started again goes on counting where it was", async () => {
    const [first] = nodes;
    assert.ok(first);
    await first.stop();
    const again = await startServer(
      { after },
      {
        place: first.place,
        key: first.key,
        env: { REDIS_URL: redis.url, RATE_LIMIT_USER: "100/day" },
      },
    );
    assert.equal(passed(await burst([again], 3)), 0);
  });

  await t.test("frames are counted together too", async () => {
    await redis.command("FLUSHALL"); // all requests of the user are over by now, and begin anew
    const sent = await Promise.all(
      nodes.slice(1).map(async (node) => {
        const id = await createConversation(caller(node));
        const socket = openSocket(node, id, { types: "null" });
        await socket.next(isStatus("replay_complete"));
        for (let index = 0; index < 4; index += 1) socket.send({ message: "Hello." });
        await until(() => socket.frames.filter(({ status }) => status === "ack" || status === "error").length === 4);
        socket.close();
        return socket.frames.filter(({ status }) => status === "ack").length;
      }),
    );
    assert.equal(
      sent.reduce((sum, count) => sum + count),
      5,
    );
  });
});

test("while Redis is away each server counts by itself; once it is back, together again", options, async () => {
  const redis = await startRedis({ after });
  const nodes = await startNodes(redis, { RATE_LIMIT_USER: "10/day" });
  const [first] = nodes;
  assert.ok(first);
  assert.equal(passed(await burst(nodes, 5)), 10);
  assert.deepEqual(await readiness(first), { store: "ok", redis: "ok" });

  await redis.kill();
  await until(async () => (await Promise.all(nodes.map(readiness))).every(({ redis }) => redis === "degraded"));
  assert.equal(passed(await burst(nodes, 12)), 30, "each has begun anew");
  assert.equal((await caller(first)("GET", "/api/readiness")).status, 200);

  await redis.restart();
  await until(async () => (await Promise.all(nodes.map(readiness))).every(({ redis }) => redis === "ok"));
  assert.equal(passed(await burst(nodes, 12)), 10, "this Redis has counted nothing yet");
  await until(() => first.output().includes("redis answers again")); // on each of its connections
  for (const line of ["redis does not answer", "redis answers again"])
    assert.equal(first.output().split(line).length, 2, `"${line}" is in the log once`);
});

test("a Redis that is there and says nothing holds nobody up for long", options, async () => {
  const redis = await startRedis({ after });
  const node = await startNode(redis, { RATE_LIMIT_USER: "10/day" });
  assert.equal(passed(await burst([node], 4)), 4);
  redis.pause();
  try {
    assert.equal(passed(await burst([node], 12)), 10, "counted by the server itself");
    await until(async () => (await readiness(node)).redis === "degraded");
  } finally {
    redis.resume();
  }
  await until(async () => (await readiness(node)).redis === "ok");
});

test("a Redis that is there and does not count is warned of, once", options, async () => {
  const redis = await startRedis({ after });
  const node = await startNode(redis, { RATE_LIMIT_USER: "10/day" });
  await redis.command("CONFIG", "SET", "maxmemory", "1");
  await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  assert.equal(passed(await burst([node], 12)), 10);
  await until(() => node.output().includes("redis does not count requests"));
  assert.equal(node.output().split("redis does not count requests").length, 2);
});

test("a server starts without its Redis, and the password of its URL is in no line", options, async () => {
  const password = "a-password-for-this-test-alone";
  const redis = await startRedis({ after }, password);
  await redis.kill();
  const node = await startNode(redis, { RATE_LIMIT_USER: "3/day", LOG_LEVEL: "trace" });
  assert.equal(passed(await burst([node], 4)), 3);
  assert.equal((await readiness(node)).redis, "degraded");
  await redis.restart();
  await until(async () => (await readiness(node)).redis === "ok");
  assert.equal(passed(await burst([node], 4)), 3);
  const { code } = await node.stop();
  assert.equal(code, 0);
  assert.ok(!node.output().includes(password));
});
