import { busyConversation, call, fill } from "../conversation.ts";
import type { Figure } from "../figure.ts";
import { httpLoad } from "../http-load.ts";
import { startPeer, startServer } from "../processes.ts";

export const eventPage: Figure = {
  name: "event-page",
  operation: "GET a page of 20 events",
  peer: "express 5 sending the same bytes",
  async prepare() {
    const server = await startServer();
    const id = await busyConversation(server);
    await fill(server, id, 100, "Run the tests, please, and say which of them fail.");
    const path = `/api/conversations/${id}/events?start_id=10&limit=20`;
    const peer = await startPeer("express.ts", await call(server, "GET", path));
    const headers = { Authorization: `Bearer ${server.key}` };
    return {
      ours: { pid: server.pid, round: () => httpLoad({ url: server.url + path, headers }) },
      peer: { pid: peer.pid, round: () => httpLoad({ url: peer.ready, headers }) },
      close: async () => void (await Promise.all([server.stop(), peer.stop()])),
    };
  },
};
