import { busyConversation, call } from "../conversation.ts";
import type { Figure } from "../figure.ts";
import { httpLoad } from "../http-load.ts";
import { startPeer, startServer } from "../processes.ts";

export const postMessage: Figure = {
  name: "post-message",
  operation: "POST a message, durable before its answer",
  peer: "express 5 parsing the same body and sending the same bytes, storing nothing",
  async prepare() {
    const server = await startServer();
    const path = `/api/conversations/${await busyConversation(server)}/message`;
    const body = { message: "Run the tests, please, and say which of them fail." };
    const peer = await startPeer("express.ts", await call(server, "POST", path, body));
    const request = {
      method: "POST" as const,
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    return {
      ours: { pid: server.pid, round: () => httpLoad({ url: server.url + path, ...request }) },
      peer: { pid: peer.pid, round: () => httpLoad({ url: peer.ready, ...request }) },
      close: async () => void (await Promise.all([server.stop(), peer.stop()])),
    };
  },
};
