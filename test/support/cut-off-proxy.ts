import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { cleanUp } from "./start-server.ts";
import type { Cleanup } from "./start-server.ts";

/** A stretch of network that can be cut through, and mended. */
export interface CutOffProxy {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** Resets all connections, and each new one. */
  cut(): void;
  mend(): void;
}

/** @param target `127.0.0.1:5432` */
export async function startCutOffProxy(t: Cleanup, target: string): Promise<CutOffProxy> {
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // a close follows
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (!whole) return void client.resetAndDestroy();
    const { hostname, port } = new URL(`tcp://${target}`);
    const upstream = keep(connect(Number(port), hostname));
    client.pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp(t, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      whole = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend: () => (whole = true),
  };
}
