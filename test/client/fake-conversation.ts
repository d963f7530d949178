import type { TestContext } from "node:test";
import { startSocket } from "./fake-servers.ts";
import type { SeenSocket } from "./fake-servers.ts";

/** A message of a client as it came. */
export interface SentMessage {
  readonly content: string;
  readonly request_id: string;
}

/** What a test may do to the sockets of a fake conversation. */
export interface FakeConversation {
  readonly url: string;
  /** The query of each connection, in order. */
  readonly queries: string[];
  /** The messages of the clients in the order in which they came, repeats included. */
  readonly received: SentMessage[];
  /** The connections that are open. */
  readonly open: Set<SeenSocket>;
  /** Appends events, which every connection gets. */
  append(count: number): void;
  /** Closes every connection: with this code, or without a word. */
  drop(code?: number): void;
}

/**
 * A server with one conversation that keeps to the contract as far as these tests go: it replays what is after
 * `latest_event_id`, and acknowledges each message with an event of its own unless `answers` says no.
 */
export async function startConversation(
  t: TestContext,
  { events = 0, answers = () => true }: { events?: number; answers?: (message: SentMessage) => boolean } = {},
): Promise<FakeConversation> {
  const log: object[] = [];
  const open = new Set<SeenSocket>();
  const queries: string[] = [];
  const received: SentMessage[] = [];

  function append(count: number): void {
    for (let left = count; left > 0; left--) {
      const frame = { type: "action", action: { id: log.length, action: log.length % 2 === 0 ? "think" : "run" } };
      log.push(frame);
      for (const { send } of open) send(frame);
    }
  }

  const { url } = await startSocket(t, (seen) => {
    const query = new URL(seen.url ?? "", "http://server").search;
    queries.push(query);
    const after = Number(new URLSearchParams(query).get("latest_event_id") ?? -1);
    for (const frame of log.slice(after + 1)) seen.send(frame);
    seen.send({ type: "status", status: "replay_complete", latest_event_id: log.length - 1 });
    open.add(seen);
    seen.socket.on("close", () => open.delete(seen));
    seen.socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { data: { args: { content: string } }; request_id: string };
      const message = { content: frame.data.args.content, request_id: frame.request_id };
      received.push(message);
      if (!answers(message)) return;
      append(1);
      seen.send({ type: "status", status: "ack", request_id: message.request_id, event_id: log.length - 1 });
    });
  });
  append(events);
  return {
    url,
    queries,
    received,
    open,
    append,
    drop(code) {
      for (const { socket } of open) {
        if (code === undefined) socket.terminate();
        else socket.close(code, "why");
      }
    },
  };
}
