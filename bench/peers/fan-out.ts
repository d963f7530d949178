// The least that ws can do: a message from a sender goes to every receiver as the bytes that this server sends.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

const bytes = readFileSync(process.env["BYTES"] ?? "");
const acknowledgement = '{"type":"status","status":"ack","request_id":null,"event_id":7}';
const receivers = new Set<WebSocket>();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });

server.on("connection", (socket, req) => {
  if (req.url === "/receiver") receivers.add(socket);
  socket.on("message", () => {
    for (const receiver of receivers) receiver.send(bytes, { binary: false });
    socket.send(acknowledgement);
  });
});
server.on("listening", () => {
  console.log(`ready ws://127.0.0.1:${(server.address() as AddressInfo).port}`); // a TCP server's address
});
