// The promise of `connect`, over a network that breaks it where it can: every message that the user sent is in the log
// exactly once and in the user's order, and every event reaches the client exactly once and in order.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { TestContext } from "node:test";
import { connect } from "../../client/index.ts";
import type { ConnectOptions, EventSocket } from "../../client/index.ts";
import { caller, createConversation, until } from "../support/api.ts";
import type { Answer, Call } from "../support/api.ts";
import { untilState } from "../support/conversation.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { createRandom } from "../support/random.ts";
import type { Random } from "../support/random.ts";
import { startServer } from "../support/start-server.ts";
import type { ServerProcess } from "../support/start-server.ts";

/** Runs against one server that stays, each with a seed of its own; so many of them at once. */
const runs = 200;
const atOnce = 25;

/** Runs in which the server is killed as well, each with a server of its own. */
const runsWithKills = 4;
const kills = 3;

const messages = 4;

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
  const call: Call = (...request) => caller(way.server())(...request);
  const conversationId = await createConversation(call);
  const { key: apiKey } = way.server();
  const patience = { timeoutMs: 400, maxSilenceMs: 400 };
  const { socket, ids } = useConversation(t, { baseUrl: way.proxy.url, apiKey, conversationId, ...patience }, random);
  const contents = Array.from({ length: messages }, (_, index) => `m${seed}-${index}`);
  const pause = () => random.pick([0, random.whole(0, way.longestPauseMs)]);
  const [acknowledged] = await Promise.all([sayAll(socket, contents, pause), meanwhile?.(random)]);
  const log = await untilRest(call, conversationId, acknowledged);
  await until(() => ids.length >= log.length);
  socket.close();
  assertKept(log, { contents, acknowledged, ids });
}

test(
  `${runs} runs over a network that cuts, stalls, delays, splits and duplicates`,
  { concurrency: atOnce },
  async (t) => {
    const server = await startServer({ after }, { env });
    const proxy = await startFaultProxy({ after }, () => server.url, createRandom(1));
    const way = { server: () => server, proxy, longestPauseMs: 40 };
    const seeds = Array.from({ length: runs }, (_, seed) => seed);
    await Promise.all(seeds.map((seed) => t.test(`seed ${seed}`, (run) => oneRun(run, way, seed))));
    t.diagnostic(`connections: ${JSON.stringify(proxy.done)}`);
    for (const [fault, times] of Object.entries(proxy.done)) assert(times > 0, `${fault} never happened`);
  },
);

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
