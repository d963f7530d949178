import { once } from "node:events";
import { now } from "../clock.ts";
import { busyConversation } from "../conversation.ts";
import type { Figure, Side } from "../figure.ts";
import { startPeer, startServer } from "../processes.ts";
import type { ServerWorker, Worker } from "../processes.ts";
import { obstacleTo, openReceivers } from "../receivers.ts";
import { createSenders, openSockets, timed } from "../socket-load.ts";

const senders = 8; // messages of one moment
const deliveriesOfRound = 100_000;
const deliveriesAlone = 20_000;

const message = JSON.stringify({ message: "x".repeat(400) }); // stands in an event twice, which makes it 1 KB

export const fanOut: readonly Figure[] = [100, 1000, 5000].map((receivers) => ({
  name: receivers === 100 ? "fan-out" : `fan-out-${receivers}`,
  operation: `deliver a 1 KB event to one of ${receivers.toLocaleString("en")} sockets (ours: stored first)`,
  peer: "a loop of ws sends of the same bytes",
  obstacle: () => obstacleTo(receivers + senders),
  async prepare() {
    const limit = String(receivers * 2);
    const server = await startServer({ environment: { MAX_SOCKETS_PER_USER: limit, MAX_SOCKETS_PER_ADDRESS: limit } });
    const url = `${server.url.replace("http", "ws")}/sockets/events/${await busyConversation(server)}`;
    const frame = await frameOf(url, server);
    const peer = await startPeer("fan-out.ts", frame);
    const from = `types=message&latest_event_id=${idOf(frame)}`;
    const ours = await side(server, receivers, `${url}?${from}`, `${url}?types=null`, server.key);
    const theirs = await side(peer, receivers, `${peer.ready}/receiver`, `${peer.ready}/sender`, "");
    return { ours, peer: theirs, close: async () => void (await Promise.all([ours.stop(), theirs.stop()])) };
  },
}));

async function side(
  worker: Worker,
  count: number,
  receiverUrl: string,
  senderUrl: string,
  key: string,
): Promise<Side & { stop(): Promise<void> }> {
  const talking = await openSockets(senders, senderUrl, key); // whatever a first socket has the server load is there by now
  const before = await worker.memory();
  const receivers = await openReceivers(count, receiverUrl, key);
  const after = await worker.memory();
  const sending = createSenders(talking, message);
  const deliver = async (messages: number) => {
    const [times] = await Promise.all([receivers.received(messages), sending.send(messages)]);
    return times;
  };
  return {
    pid: worker.pid,
    idleSocket: {
      held: (after.held - before.held) / count,
      resident: (after.resident - before.resident) / count,
    },
    round() {
      const messages = Math.ceil(deliveriesOfRound / count);
      return timed(messages * count, () => deliver(messages));
    },
    async latencies() {
      const taken: number[] = [];
      while (taken.length < deliveriesAlone) {
        const began = now();
        for (const time of await deliver(1)) taken.push(time - began);
      }
      return taken;
    },
    async stop() {
      for (const socket of talking) socket.terminate();
      await receivers.stop();
      await worker.stop();
    },
  };
}

/** An event as the server sends it. */
async function frameOf(url: string, server: ServerWorker): Promise<Buffer> {
  const [socket] = await openSockets(1, `${url}?types=message`, server.key);
  if (!socket) throw new Error("no socket was opened");
  socket.send(message);
  for (;;) {
    const [data] = (await once(socket, "message")) as [Buffer];
    if (data.length < 800) continue; // the past and the statuses are shorter
    socket.terminate();
    return data;
  }
}

function idOf(frame: Buffer): number {
  return (JSON.parse(frame.toString()) as { action: { id: number } }).action.id;
}
