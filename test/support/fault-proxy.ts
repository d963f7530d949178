import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Cleanup } from "./start-server.ts";
import type { Random } from "./random.ts";

/** A stretch of network between a client and a server that does what networks do. */
export interface FaultProxy {
  readonly url: string;
  /** How often each fault was done. */
  readonly done: Record<Fault, number>;
}

const faults = ["none", "refuse", "cut", "cutAnswer", "stall", "delay", "split", "duplicate"] as const;

/**
 * What happens to a connection:
 * - `refuse`: it is reset before a byte has passed;
 * - `cut`: it is reset after so many bytes in either direction;
 * - `cutAnswer`: what the client sends arrives, and the server's answer to that does not: the connection is reset instead;
 * - `stall`: after so many bytes nothing passes any more, and nobody is told;
 * - `delay`: each piece comes later;
 * - `split`: it comes in small pieces;
 * - `duplicate`: what the client sends reaches the server twice, over two connections, of which one is answered.
 *
 * And all of these are reset in the end; `none` alone is not.
 */
export type Fault = (typeof faults)[number];

/** @param target the server's URL, looked up for each connection: a server that is started again may have another */
export async function startFaultProxy(t: Cleanup, target: () => string, random: Random): Promise<FaultProxy> {
  const done = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>;
  const sockets = new Set<Socket>();
  let pack: Fault[] = [];

  /** Dealt like cards, so that each has its turn however few connections there are. */
  function nextFault(): Fault {
    if (pack.length === 0) pack = random.shuffled(faults);
    return pack.pop() ?? "none";
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on("error", () => {}); // a close follows
    socket.on("close", () => sockets.delete(socket));
    return socket;
  }

  const dial = () => {
    const { hostname, port } = new URL(target());
    return keep(connect(Number(port), hostname));
  };

  const server = createServer({ noDelay: true }, (client) => {
    keep(client);
    const fault = nextFault();
    done[fault] += 1;
    if (fault === "refuse") return void client.resetAndDestroy();
    relay(client, dial, fault, random);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
  };
}

/** Bytes of a handshake and a few frames, and of a conversation of these tests. */
const [fewBytes, manyBytes] = [4000, 10_000];

function relay(client: Socket, dial: () => Socket, fault: Fault, random: Random): void {
  const upstream = dial();
  const shadow = fault === "duplicate" ? dial() : undefined;
  shadow?.resume();
  const ends = [client, upstream, ...(shadow ? [shadow] : [])];
  let left = fault === "cut" || fault === "stall" ? random.whole(1, fewBytes) : random.whole(fewBytes, manyBytes);
  let asked = random.whole(2, 4);

  const reset = () => ends.forEach((end) => end.resetAndDestroy());
  for (const end of ends) end.on("close", () => end !== shadow && ends.forEach((other) => other.destroy()));

  /** @returns how much of a piece may pass */
  function passes(piece: Buffer, fromClient: boolean): number {
    if (fault === "cutAnswer") {
      if (fromClient) asked -= 1;
      return asked > 0 || fromClient ? piece.length : 0;
    }
    if (fault === "none") return piece.length;
    const passing = Math.min(left, piece.length);
    left -= passing;
    return passing;
  }

  function pass(from: Socket, to: readonly Socket[]): void {
    let queue = Promise.resolve();
    from.on("data", (piece) => {
      queue = queue.then(async () => {
        if (fault === "delay") await pause(random.whole(1, 15));
        const count = passes(piece, from === client);
        const passing = piece.subarray(0, count);
        for (const part of fault === "split" ? pieces(passing, random) : [passing]) {
          to.forEach((end) => end.write(part));
        }
        if (count < piece.length && fault !== "stall") reset();
      });
    });
  }

  pass(client, shadow ? [upstream, shadow] : [upstream]);
  pass(upstream, [client]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function* pieces(whole: Buffer, random: Random): Generator<Buffer> {
  for (let from = 0; from < whole.length;) {
    const to = from + random.whole(1, 200);
    yield whole.subarray(from, to);
    from = to;
  }
}
