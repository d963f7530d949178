// Three servers on one PostgreSQL and one Redis, of which something fails.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allEvents, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { asNode, startCluster } from "../../support/cluster.ts";
import type { Node } from "../../support/cluster.ts";
import { say, untilEvent, untilState } from "../../support/conversation.ts";
import { startCutOffProxy } from "../../support/cut-off-proxy.ts";
import { idsOf, isStatus, range } from "../../support/frames.ts";
import { isRunning } from "../../support/processes.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";
import { postgres, storeSides } from "../../support/stores.ts";

/** What has been acknowledged: the text of a message by the id of its event. */
type Acknowledged = Map<number, string>;

/** Says one thing after the other, on whichever node answers. */
function talk(nodes: readonly Node[], id: string, name: string) {
  const acknowledged: Acknowledged = new Map();
  let over = false;
  const speaking = (async () => {
    for (let index = 0; !over; index += 1) {
      const text = `think: ${name} ${index}`;
      const node = nodes[index % nodes.length];
      const answer = node && (await say(node.call, id, text).catch(() => null)); // a node that is gone does not answer
      if (answer?.status === 200) acknowledged.set(answer.body.event_id, text);
    }
  })();
  return {
    acknowledged,
    end: () => {
      over = true;
      return speaking;
    },
  };
}

/** Follows a conversation on one node after the other: the next one whenever the one before is gone. */
function followOn(nodes: readonly Node[], id: string) {
  const ids: number[] = [];
  let socket: TestSocket | undefined;
  let over = false;
  const following = (async () => {
    for (let turn = 0; !over; turn += 1) {
      const node = nodes[turn % nodes.length];
      if (!node) continue;
      socket = openSocket(node, id, { latest_event_id: String(ids.at(-1) ?? -1) });
      await socket.closed.catch(() => undefined);
      ids.push(...idsOf(socket.frames));
    }
  })();
  return {
    seen: () => [...ids, ...idsOf(socket?.frames ?? [])],
    end: async () => {
      over = true;
      socket?.close();
      await following;
      return ids;
    },
  };
}

function assertAcknowledged(events: readonly Answer["body"][], acknowledged: Acknowledged): void {
  assert.deepEqual(
    events.map(({ id }) => id),
    range(events.length - 1),
  );
  for (const [id, text] of acknowledged) assert.equal(events[id]?.args?.content, text, `event ${id}`);
}

/** Every action that was begun has what came of it, once. */
function assertEachOnce(events: readonly Answer["body"][]): void {
  const runs = events.filter(({ action }) => action === "run" || action === "think");
  for (const { id } of runs) assert.equal(events.filter(({ cause }) => cause === id).length, 1, `action ${id}`);
}

/** Waits until every message has been taken up and the agent rests. */
async function untilAllTaken({ call }: Node, id: string): Promise<Answer["body"][]> {
  let events: Answer["body"][] = [];
  await until(async () => {
    events = await allEvents(call, id);
    const taken = new Set(events.filter(({ action }) => action === "recall").map(({ cause }) => cause));
    const asked = events.filter(({ action, source }) => action === "message" && source === "user");
    return asked.every((message) => taken.has(message.id)) && events.at(-1)?.extras?.agent_state === "finished";
  });
  return events;
}

for (const side of hasRedis ? storeSides.filter((each) => each === postgres) : [])
  describe("of three servers", () => {
    test("one is killed that runs the agent, under load: another goes on, and nothing is lost or done twice", async (t) => {
      const place = await side.place(t);
      const redis = await startRedis(t);
      const nodes = await startCluster(t, place, { REDIS_URL: redis.url });
      const [one, two, three] = nodes;
      const command = "```sh\necho x >> log; echo $$ > pid; sleep 1000\n```";
      const id = await createConversation(one.call, { initial_user_msg: command });
      const run = await untilEvent(two.call, id, ({ action }) => action === "run");
      const lines = range(2).map((name) => talk(nodes, id, `line ${name}`));
      const followers = [followOn([one, two], id), followOn([two, three], id), followOn([three, one], id)];
      await until(() => lines.every(({ acknowledged }) => acknowledged.size > 10));
      const pid = await commandOf(two, id);
      assert.ok(await isRunning(pid));
      await one.stop("SIGKILL");
      const error = await untilEvent(
        two.call,
        id,
        ({ cause, observation }) => cause === run.id && observation === "error",
      );
      assert.match(error.content, /^Another server has taken over while this was under way\. It may have taken effect/);
      await until(async () => !(await isRunning(pid)));
      await Promise.all(lines.map((line) => line.end()));
      const events = await untilAllTaken(three, id);
      for (const { acknowledged } of lines) assertAcknowledged(events, acknowledged);
      assertEachOnce(events);
      for (const follower of followers) {
        await until(() => follower.seen().length >= events.length);
        assert.deepEqual(await follower.end(), range(events.length - 1));
      }
    });

    test("one hangs for longer than its lease and then goes on: it can append nothing any more", async (t) => {
      const nodes = await startCluster(t, await side.place(t));
      const [one, two] = nodes;
      const id = await createConversation(one.call, {
        initial_user_msg: "```sh\nuntil [ -e go ]; do sleep 0.1; done\n```",
      });
      await untilEvent(two.call, id, ({ action }) => action === "run");
      process.kill(one.pid, "SIGSTOP");
      const events = await untilState(two.call, id, "awaiting_user_input").finally(() =>
        process.kill(one.pid, "SIGCONT"),
      );
      await until(async () => (await one.call("GET", "/api/readiness")).status === 200);
      await say(one.call, id, "think: on");
      const later = await untilAllTaken(two, id);
      assert.deepEqual(later.slice(0, events.length), events);
      assertEachOnce(later);
    });

    test("one loses PostgreSQL for longer than its lease: it stops what it runs, another goes on, and it serves again by itself", async (t) => {
      const place = await side.place(t);
      const url = new URL(place.env["DATABASE_URL"] ?? "");
      const proxy = await startCutOffProxy(t, url.host);
      url.host = proxy.host;
      const cutOff = { dataDir: place.dataDir, env: { ...place.env, DATABASE_URL: url.href } };
      const one = asNode(await startServer(t, { place: cutOff }));
      const two = asNode(await startServer(t, { place, key: one.key }));
      const id = await createConversation(one.call, { initial_user_msg: "```sh\necho $$ > pid; sleep 1000\n```" });
      const run = await untilEvent(two.call, id, ({ action }) => action === "run");
      const pid = await commandOf(two, id);
      const socket = openSocket(one, id);
      await socket.next(isStatus("replay_complete"));
      proxy.cut();
      const refused = await say(one.call, id, "think: not now");
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "5"]);
      await until(() => one.output().includes("the lease could not be renewed in time"));
      await until(async () => !(await isRunning(pid)));
      await untilEvent(two.call, id, ({ cause, observation }) => cause === run.id && observation === "error");
      await say(two.call, id, "think: meanwhile");
      await untilAllTaken(two, id);
      proxy.mend();
      await until(async () => (await say(one.call, id, "think: and on")).status === 200);
      const events = await untilAllTaken(two, id);
      assertEachOnce(events);
      await until(() => idsOf(socket.frames).length >= events.length);
      assert.deepEqual(idsOf(socket.frames), range(events.length - 1));
      socket.close();
    });

    test("all lose Redis for a while: what is said is taken, answered and seen, and it is quick again afterwards", async (t) => {
      const redis = await startRedis(t);
      const nodes = await startCluster(t, await side.place(t), { REDIS_URL: redis.url });
      const [one, two, three] = nodes;
      const id = await createConversation(one.call);
      const sockets = nodes.map((node) => openSocket(node, id));
      await Promise.all(sockets.map((socket) => socket.next(isStatus("replay_complete"))));
      const states = async () => Promise.all(nodes.map(async ({ call }) => (await call("GET", "/api/readiness")).body));
      const all = (state: string) => async () =>
        (await states()).every(({ status, components }) => status === "ok" && components.redis === state);
      await until(all("ok"));
      await redis.kill();
      await until(all("degraded"));
      for (const node of nodes) assert.equal((await say(node.call, id, "think: without redis")).status, 200);
      let events = await untilAllTaken(two, id);
      await Promise.all(sockets.map((socket) => until(() => idsOf(socket.frames).length >= events.length)));
      await redis.restart();
      await until(all("ok"));
      await say(three.call, id, "think: with redis");
      events = await untilAllTaken(two, id);
      for (const socket of sockets) {
        await until(() => idsOf(socket.frames).length >= events.length);
        assert.deepEqual(idsOf(socket.frames), range(events.length - 1));
        socket.close();
      }
    });
  });

/** The process of the command that the agent is at. */
async function commandOf({ call }: Node, id: string): Promise<number> {
  let pid = Number.NaN;
  await until(async () => {
    const { body } = await call("GET", `/api/conversations/${id}/select-file?file=pid`);
    pid = Number.parseInt(body.code, 10);
    return !Number.isNaN(pid);
  });
  return pid;
}
