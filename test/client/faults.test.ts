// The promise of `connect`, over a network that breaks it where it can: every message that the user sent is in the log
// exactly once and in the user's order, and every event reaches the client exactly once and in order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { TestContext } from "node:test";
import { connect, createClient } from "../../client/index.ts";
import type { ConnectOptions, EventSocket } from "../../client/index.ts";
import { caller, createConversation, until } from "../support/api.ts";
import type { Answer, Call } from "../support/api.ts";
import { bundle, openBrowser, openScript } from "../support/browser.ts";
import { untilState } from "../support/conversation.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { createRandom } from "../support/random.ts";
import type { Random } from "../support/random.ts";
import { startServer } from "../support/start-server.ts";
import type { ServerProcess } from "../support/start-server.ts";

/** Runs with a seed each, so many of them at once, against one server that is killed now and then. */
const runs = 200;
const atOnce = 25;
/** Whenever so many more of them are over, the server is killed in the middle of the others. */
const runsBetweenKills = 40;

const restRuns = 50;
const browserRuns = 10;

/** Runs in which the server is killed as well, each with a server of its own. */
const runsWithKills = 4;
const kills = 3;

const messages = 4;

/** Little, as these tests wait for it to end. */
const patience = { timeoutMs: 400, maxSilenceMs: 400 };
const root = join(import.meta.dirname, "../..");
const env = { LLM_MODEL: "test/echo" };

/** Who uses the client: says a few things, some at once and some after a while, and notes what comes. */
function useConversation(t: TestContext, options: ConnectOptions, random: Random) {
  const socket = connect({ ...options, retryDelayMs: () => random.whole(1, 20) });
  t.after(() => socket.close());
  const ids: number[] = [];
  socket.onEvent(({ id }) => ids.push(id));
  return { socket, ids };
}

/** Says each thing once, without waiting for its acknowledgement. @returns the ids that the server gave to them */
async function sayAll(socket: EventSocket, contents: readonly string[], pause: () => number): Promise<number[]> {
  const sent: Promise<{ event_id: number }>[] = [];
  for (const content of contents) {
    sent.push(socket.send({ action: "message", args: { content } }));
    await new Promise((resolve) => setTimeout(resolve, pause()));
  }
  return (await Promise.all(sent)).map(({ event_id }) => event_id);
}

/** What the promise says of a conversation that has come to rest. */
function assertKept(log: readonly { id: number; source: string; args?: { content?: string } }[], run: RunResult): void {
  const said = log.filter(({ source, args }) => source === "user" && args?.content?.startsWith("m"));
  assert.deepEqual(
    said.map(({ args }) => args?.content),
    run.contents,
    "each message is in the log once, in order",
  );
  assert.deepEqual(
    said.map(({ id }) => id),
    run.acknowledged,
    "each acknowledgement names its event",
  );
  assert.deepEqual(
    run.ids,
    log.map(({ id }) => id),
    "each event came once, in order",
  );
}

interface RunResult {
  readonly contents: readonly string[];
  readonly acknowledged: readonly number[];
  readonly ids: readonly number[];
}

/** Waits until the agent has dealt with each of these messages and rests. @returns the whole log */
async function untilRest(call: Call, conversationId: string, ids: readonly number[]): Promise<Answer["body"][]> {
  for (;;) {
    const log = await untilState(call, conversationId, "awaiting_user_input");
    if (ids.every((id) => log.some(({ cause }) => cause === id))) return log;
  }
}

/** A proxy that did nothing would have proved nothing. */
function assertFaulty(t: TestContext, { done }: FaultProxy): void {
  t.diagnostic(`connections: ${JSON.stringify(done)}`);
  for (const [fault, times] of Object.entries(done)) assert(times > 0, `${fault} never happened`);
}

/** One conversation in which the user speaks by REST, one message after the other. */
async function oneRestRun(server: ServerProcess, proxy: FaultProxy, seed: number): Promise<void> {
  const call = caller(server);
  const conversation_id = await createConversation(call);
  const random = createRandom(seed);
  const retrying = { maxRetries: 50, timeoutMs: 400, retryDelayMs: () => random.whole(1, 20) };
  const client = createClient({ baseUrl: proxy.url, apiKey: server.key, ...retrying });
  const contents = Array.from({ length: messages }, (_, index) => `m${seed}-${index}`);
  const acknowledged: number[] = [];
  for (const message of contents) {
    acknowledged.push((await client.events.message({ conversation_id, body: { message } })).event_id);
  }
  const log = await untilRest(call, conversation_id, acknowledged);
  const events = await Array.fromAsync(client.events.search({ conversation_id, limit: 5 }));
  assertKept(log, { contents, acknowledged, ids: events.map(({ id }) => id) });
}

/** Where a conversation is, and how its client gets there. */
interface Way {
  /** The server as it is now. */
  readonly server: () => ServerProcess;
  readonly proxy: FaultProxy;
  /** How long the user may think between two messages. */
  readonly longestPauseMs: number;
}

/** One conversation from its beginning to its rest. @param meanwhile what else happens while the user speaks */
async function oneRun(t: TestContext, way: Way, seed: number, meanwhile?: (random: Random) => Promise<void>) {
  const random = createRandom(seed);
  const call = patient(() => caller(way.server()));
  const conversationId = await createConversation(call);
  const { key: apiKey } = way.server();
  const { socket, ids } = useConversation(t, { baseUrl: way.proxy.url, apiKey, conversationId, ...patience }, random);
  const contents = Array.from({ length: messages }, (_, index) => `m${seed}-${index}`);
  const pause = () => random.pick([0, random.whole(0, way.longestPauseMs)]);
  const [acknowledged] = await Promise.all([sayAll(socket, contents, pause), meanwhile?.(random)]);
  const log = await untilRest(call, conversationId, acknowledged);
  await until(() => ids.length >= log.length);
  socket.close();
  assertKept(log, { contents, acknowledged, ids });
}

/** Calls the server that there is at the moment, again and again while there is none. */
function patient(current: () => Call): Call {
  return async (...request) => {
    const until = Date.now() + 30_000;
    for (;;) {
      try {
        return await current()(...request);
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
}

test(
  `${runs} runs over a network that cuts, stalls, delays, splits and duplicates, of a server that is killed now and then`,
  { concurrency: atOnce },
  async (t) => {
    let server = await startServer({ after }, { env });
    const { dataDir, key } = server;
    const proxy = await startFaultProxy({ after }, () => server.url, createRandom(1));
    const way = { server: () => server, proxy, longestPauseMs: 40 };
    let over = 0;
    const seeds = Array.from({ length: runs }, (_, seed) => seed);
    const all = Promise.all(
      seeds.map((seed) => t.test(`seed ${seed}`, (run) => oneRun(run, way, seed)).finally(() => (over += 1))),
    );
    for (let due = runsBetweenKills; due < runs; due += runsBetweenKills) {
      await until(() => over >= due);
      await server.stop("SIGKILL");
      server = await startServer({ after }, { env, dataDir, key });
    }
    await all;
    assertFaulty(t, proxy);
  },
);

test(
  `${restRuns} runs over such a network by REST: each message that was answered is in the log once`,
  { concurrency: atOnce },
  async (t) => {
    const server = await startServer({ after }, { env });
    const proxy = await startFaultProxy({ after }, () => server.url, createRandom(2));
    const seeds = Array.from({ length: restRuns }, (_, seed) => seed);
    await Promise.all(seeds.map((seed) => t.test(`seed ${seed}`, () => oneRestRun(server, proxy, seed))));
    assertFaulty(t, proxy);
  },
);

/** A page in which a client can be told to follow a conversation and to say things. */
const pageScript = `
  import { connect } from "./client/index.ts";
  globalThis.followed = {};
  globalThis.follow = async ({ contents, ...options }) => {
    const socket = connect({ ...options, retryDelayMs: () => 10 * Math.random() });
    const ids = (globalThis.followed[options.conversationId] = []);
    socket.onEvent(({ id }) => ids.push(id));
    const sent = contents.map((content) => socket.send({ action: "message", args: { content } }));
    return (await Promise.all(sent)).map(({ event_id }) => event_id);
  };
`;

test(`${browserRuns} runs over such a network in a browser`, async (t) => {
  const server = await startServer(t, { env });
  const call = caller(server);
  const proxy = await startFaultProxy(t, () => server.url, createRandom(3));
  const { page } = await openScript(t, await openBrowser(t), await bundle(pageScript, root));
  await page.waitForFunction(() => "follow" in globalThis);
  const oneRunThere = async (seed: number) => {
    const conversationId = await createConversation(call);
    const contents = Array.from({ length: messages }, (_, index) => `m${seed}-${index}`);
    const request = { baseUrl: proxy.url, apiKey: server.key, conversationId, contents, ...patience };
    // oxlint-disable-next-line typescript/no-explicit-any -- the page's own function
    const acknowledged: number[] = await page.evaluate((given) => (globalThis as any).follow(given), request);
    const log = await untilRest(call, conversationId, acknowledged);
    // oxlint-disable-next-line typescript/no-explicit-any -- the page's own variable
    const seen = (): Promise<number[]> => page.evaluate((id) => (globalThis as any).followed[id], conversationId);
    await until(async () => (await seen()).length >= log.length);
    assertKept(log, { contents, acknowledged, ids: await seen() });
  };
  await Promise.all(Array.from({ length: browserRuns }, (_, seed) => oneRunThere(seed)));
});

for (let seed = runs; seed < runs + runsWithKills; seed++) {
  test(`a run over such a network in which the server is killed ${kills} times: seed ${seed}`, async (t) => {
    let server = await startServer(t, { env });
    const { dataDir, key } = server;
    const proxy = await startFaultProxy(t, () => server.url, createRandom(seed));
    await oneRun(t, { server: () => server, proxy, longestPauseMs: 3000 }, seed, async (random) => {
      for (let left = kills; left > 0; left--) {
        await new Promise((resolve) => setTimeout(resolve, random.whole(0, 150)));
        await server.stop("SIGKILL");
        server = await startServer(t, { env, dataDir, key });
      }
    });
  });
}
