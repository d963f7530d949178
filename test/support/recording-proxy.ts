import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Cleanup } from "./start-server.ts";

/** One connection, to the byte (latin1). */
export interface RecordedConnection {
  sent: string;
  received: string;
}

/** Stands before a server and writes down everything that goes over the wire, requests and sockets alike. */
export async function recordingProxy(t: Cleanup, target: { readonly url: string }) {
  const { hostname, port } = new URL(target.url);
  const connections: RecordedConnection[] = [];
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const recorded = { sent: "", received: "" };
    connections.push(recorded);
    const server = connect(Number(port), hostname);
    client.on("data", (bytes: Buffer) => (recorded.sent += bytes.toString("latin1")));
    server.on("data", (bytes: Buffer) => (recorded.received += bytes.toString("latin1")));
    client.pipe(server).pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy()); // whoever hangs up rudely ends both
      one.once("close", () => open.delete(one));
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  const address = proxy.address() as AddressInfo; // a TCP server's address, once it listens
  return { url: `http://127.0.0.1:${address.port}`, connections };
}
