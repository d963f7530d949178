import { once } from "node:events";
import type { WebSocket } from "ws";
import { busyConversation } from "../conversation.ts";
import type { Figure, Side } from "../figure.ts";
import { startPeer, startServer } from "../processes.ts";
import type { ServerWorker } from "../processes.ts";
import { createReceivers, createSenders, openSockets, timed } from "../socket-load.ts";

const receivers = 100;
const senders = 8; // messages of one moment
const messages = 400;

const message = JSON.stringify({ message: "x".repeat(400) }); // stands in an event twice, which makes it 1 KB

export const fanOut: Figure = {
  name: "fan-out",
  operation: `deliver a 1 KB event to one of ${receivers} sockets (ours: stored first)`,
  peer: "a loop of ws sends of the same bytes",
  async prepare() {
    const server = await startServer();
    const url = `${server.url.replace("http", "ws")}/sockets/events/${await busyConversation(server)}`;
    const peer = await startPeer("fan-out.ts", await frameOf(url, server));
    const [ours, theirs] = [
      await side(server.pid, `${url}?types=message`, `${url}?types=null`, server.key),
      await side(peer.pid, `${peer.ready}/receiver`, `${peer.ready}/sender`, ""),
    ];
    return {
      ours,
      peer: theirs,
      close: async () => {
        for (const socket of [...ours.sockets, ...theirs.sockets]) socket.terminate();
        await Promise.all([server.stop(), peer.stop()]);
      },
    };
  },
};

async function side(
  pid: number,
  receiverUrl: string,
  senderUrl: string,
  key: string,
): Promise<Side & { sockets: WebSocket[] }> {
  const listening = await openSockets(receivers, receiverUrl, key);
  const talking = await openSockets(senders, senderUrl, key);
  const counted = createReceivers(listening, isEvent);
  const sending = createSenders(talking, message);
  const round = () =>
    timed(messages * receivers, async () => {
      const all = counted.received(messages);
      await Promise.all([sending.send(messages), all]);
    });
  return { pid, sockets: [...listening, ...talking], round };
}

/** By its length: the past and the statuses are shorter. */
function isEvent(data: Buffer): boolean {
  return data.length > 800;
}

/** An event as the server sends it. */
async function frameOf(url: string, server: ServerWorker): Promise<Buffer> {
  const [socket] = await openSockets(1, `${url}?types=message`, server.key);
  if (!socket) throw new Error("no socket was opened");
  socket.send(message);
  for (;;) {
    const [data] = (await once(socket, "message")) as [Buffer];
    if (!isEvent(data)) continue;
    socket.terminate();
    return data;
  }
}
