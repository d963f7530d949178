import { randomBytes } from "node:crypto";
import pg from "pg";
import { busyConversation, fill } from "../conversation.ts";
import type { Figure, Side } from "../figure.ts";
import { httpLoad } from "../http-load.ts";
import { startServer } from "../processes.ts";
import type { ServerWorker } from "../processes.ts";
import { createSenders, openSockets, timed } from "../socket-load.ts";

/** A PostgreSQL on which databases may be created. */
const administration = process.env["BENCH_DATABASE_URL"];

/** A figure of a server on PostgreSQL, next to the same with the embedded database. */
function onPostgres(name: string, operation: string, load: (server: ServerWorker) => Promise<Side>): Figure {
  return {
    name,
    operation,
    peer: "the same with the embedded database",
    obstacle: () => (administration === undefined ? "BENCH_DATABASE_URL names no PostgreSQL" : null),
    async prepare() {
      const database = `openhands_bench_${randomBytes(8).toString("hex")}`;
      await administrate(`create database ${database} encoding 'UTF8' template template0`);
      const url = Object.assign(new URL(administration ?? ""), { pathname: `/${database}` });
      const [ours, peer] = [await startServer({ environment: { DATABASE_URL: url.href } }), await startServer()];
      return {
        ours: await load(ours),
        peer: await load(peer),
        async close() {
          await Promise.all([ours.stop(), peer.stop()]);
          await administrate(`drop database ${database} with (force)`);
        },
      };
    },
  };
}

async function administrate(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: administration });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Over sockets that the end of the server closes. */
function append(atOnce: number, messages: number): (server: ServerWorker) => Promise<Side> {
  return async (server) => {
    const url = `${server.url.replace("http", "ws")}/sockets/events/${await busyConversation(server)}?types=null`;
    const senders = createSenders(await openSockets(atOnce, url, server.key), JSON.stringify({ message: "hello" }));
    return { pid: server.pid, round: () => timed(messages, () => senders.send(messages)) };
  };
}

async function eventPage(server: ServerWorker): Promise<Side> {
  const id = await busyConversation(server);
  await fill(server, id, 100, "Run the tests, please, and say which of them fail.");
  const url = `${server.url}/api/conversations/${id}/events?start_id=10&limit=20`;
  const headers = { Authorization: `Bearer ${server.key}` };
  return { pid: server.pid, round: () => httpLoad({ url, headers }) };
}

export const postgres: readonly Figure[] = [
  onPostgres("postgres-append", "append an event durably to PostgreSQL, one after the other", append(1, 500)),
  onPostgres("postgres-append-100", "append an event durably to PostgreSQL, 100 at once", append(100, 6000)),
  onPostgres("postgres-event-page", "GET a page of 20 events from PostgreSQL", eventPage),
];
