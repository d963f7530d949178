import { busyConversation } from "../conversation.ts";
import type { Figure } from "../figure.ts";
import { startPeer, startServer } from "../processes.ts";
import { createSenders, openSockets, timed } from "../socket-load.ts";

/** Messages over sockets, each acknowledged once it is durable, and as many at once as there are sockets. */
function append({
  name,
  atOnce,
  messages,
  peer: peerName,
}: {
  name: string;
  atOnce: number;
  messages: number;
  peer: string;
}): Figure {
  return {
    name,
    operation:
      atOnce === 1 ? "append an event durably, one after the other" : `append an event durably, ${atOnce} at once`,
    peer: peerName,
    async prepare() {
      const server = await startServer();
      const url = `${server.url.replace("http", "ws")}/sockets/events/${await busyConversation(server)}?types=null`;
      const sockets = await openSockets(atOnce, url, server.key);
      const senders = createSenders(sockets, JSON.stringify({ message: "hello" }));
      const peer = await startPeer("sqlite.ts");
      const peerMessages = messages * 2; // it is faster: rounds of a like duration
      return {
        ours: { pid: server.pid, round: () => timed(messages, () => senders.send(messages)) },
        peer: { pid: peer.pid, round: () => timed(peerMessages, () => peer.order(`${peerMessages} ${atOnce}`)) },
        close: async () => {
          for (const socket of sockets) socket.terminate();
          await Promise.all([server.stop(), peer.stop()]);
        },
      };
    },
  };
}

export const appendOne = append({
  name: "append",
  atOnce: 1,
  messages: 1000,
  peer: "the same statements in a loop, one transaction an event",
});

export const appendMany = append({
  name: "append-100",
  atOnce: 100,
  messages: 6000,
  peer: "the same statements in a loop, one transaction per 100 events",
});
