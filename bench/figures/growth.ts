import { on } from "node:events";
import { WebSocket } from "ws";
import { call } from "../conversation.ts";
import type { Figure, Side } from "../figure.ts";
import { large, rareRepository, small, withConversations, withEvents, withFiles } from "../grown-data.ts";
import { httpLoad } from "../http-load.ts";
import { startServer } from "../processes.ts";
import type { ServerWorker } from "../processes.ts";
import { timed } from "../socket-load.ts";

// How cost grows with what there is: the same request where there is much and, as its peer, where there is little.

/** What is asked of every figure here, from 1,000 of something to what a busy server has after a year. */
const atMost = 1.5;

/** Loads one server with a request for the one conversation and for the other. */
function inOneConversation({
  name,
  operation,
  peer,
  prepared,
  pathOf,
}: {
  name: string;
  operation: string;
  peer: string;
  prepared: (folder: string) => Promise<void>;
  pathOf: (server: ServerWorker, id: string, size: "small" | "large") => Promise<string>;
}): Figure {
  return {
    name,
    operation,
    peer,
    atMost,
    async prepare() {
      const server = await startServer({ prepared });
      return {
        ours: get(server, await pathOf(server, large, "large")),
        peer: get(server, await pathOf(server, small, "small")),
        close: () => server.stop(),
      };
    },
  };
}

function get(server: ServerWorker, path: string): Side {
  const headers = { Authorization: `Bearer ${server.key}` };
  return { pid: server.pid, round: () => httpLoad({ url: server.url + path, headers }) };
}

const events = { small: 1000, large: 100_000 };

/** @param queryOf what is asked for, of a log of so many events, whose middle one has this time */
function search(name: string, what: string, queryOf: (count: number, middle: string) => string): Figure {
  return inOneConversation({
    name,
    operation: `GET ${what} of a log of 100,000`,
    peer: "the same of a log of 1,000",
    prepared: withEvents(events),
    pathOf: async (server, id, size) => {
      const path = `/api/conversations/${id}/events`;
      const page = await call(server, "GET", `${path}?start_id=${events[size] / 2}&limit=1`);
      const [middle] = (JSON.parse(page.toString()) as { events: { timestamp: string }[] }).events;
      return `${path}?${queryOf(events[size], middle?.timestamp ?? "")}`;
    },
  });
}

const replay: Figure = {
  name: "growth-replay",
  operation: "replay the last 100 events of a log of 100,000 over a new socket",
  peer: "the same of a log of 1,000",
  atMost,
  async prepare() {
    const server = await startServer({ prepared: withEvents(events) });
    const side = (id: string, count: number): Side => ({
      pid: server.pid,
      round: () => timed(400, () => replays(server, id, count - 101, 400)),
    });
    return { ours: side(large, events.large), peer: side(small, events.small), close: () => server.stop() };
  },
};

/** Connects so many times, ten at once, each time until the past has been sent. */
async function replays(server: ServerWorker, id: string, latest: number, times: number): Promise<void> {
  const url = `${server.url.replace("http", "ws")}/sockets/events/${id}?latest_event_id=${latest}`;
  for (let done = 0; done < times; done += 10)
    await Promise.all(Array.from({ length: 10 }, () => untilReplayed(url, server.key)));
}

async function untilReplayed(url: string, key: string): Promise<void> {
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${key}` }, perMessageDeflate: false });
  for await (const [data] of on(socket, "message") as AsyncIterable<[Buffer]>)
    if (data.includes('"replay_complete"')) break;
  socket.terminate();
}

/** Two servers: a list is of a user, and a server's first user is the one who asks. */
function list(name: string, what: string, pathOf: (server: ServerWorker) => Promise<string>): Figure {
  return {
    name,
    operation: `GET ${what} of a list of 10,000 conversations`,
    peer: "the same of a list of 1,000",
    atMost,
    async prepare() {
      const [many, few] = [
        await startServer({ prepared: withConversations(10_000) }),
        await startServer({ prepared: withConversations(1000) }),
      ];
      return {
        ours: get(many, await pathOf(many)),
        peer: get(few, await pathOf(few)),
        close: async () => void (await Promise.all([many.stop(), few.stop()])),
      };
    },
  };
}

/** The page after as many pages as are half of the smaller list. */
async function middle(server: ServerWorker): Promise<string> {
  let path = "/api/conversations?limit=100";
  for (let page = 0; page < 5; page += 1) {
    const { next_page_id } = JSON.parse((await call(server, "GET", path)).toString()) as { next_page_id: string };
    path = `/api/conversations?limit=100&page_id=${encodeURIComponent(next_page_id)}`;
  }
  return path.replace("limit=100", "limit=20");
}

const files = (name: string, what: string, path: string): Figure =>
  inOneConversation({
    name,
    operation: `list ${what} of a workspace of 50,000 files`,
    peer: "the same of a workspace of 1,000",
    prepared: withFiles({ small: 1000, large: 50_000 }),
    pathOf: async (_, id) => `/api/conversations/${id}/list-files?path=${path}`,
  });

export const growth: readonly Figure[] = [
  search("growth-page", "a page of 20 events from the middle", (count) => `start_id=${count / 2}`),
  search("growth-types", "the few events of a rare type", () => "types=think"),
  search("growth-source", "the few events of a rare source", () => "source=environment&reverse=true"),
  search("growth-dates", "a page of 20 events by their time", (_, middle) => `start_date=${middle}`),
  search("growth-text", "the few events with a rare word", () => "query=needle"),
  search("growth-text-absent", "nothing, for a word that no event has,", () => "query=elephant"),
  replay,
  list("growth-list", "a page of 20 from the middle", middle),
  list(
    "growth-list-filter",
    "the few on a rare repository",
    async () => `/api/conversations?selected_repository=${encodeURIComponent(rareRepository)}`,
  ),
  files("growth-folder", "a folder of 20 files", "7/0"),
];
