import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** How a limit has decided: a request was let through, made to wait, or refused. */
export type Decision = "allowed" | "delayed" | "refused";

/** The answer to a request. */
export interface AnsweredRequest {
  /** The operation's id; null where no operation was asked for. A path would be another one for each client's mistake. */
  readonly operation: string | null;
  readonly status: number;
  readonly seconds: number;
}

/** What is read when somebody looks, and not counted on the way. */
export interface Figures {
  /** Sockets that are open. */
  readonly sockets: () => number;
  /** Bytes that wait for the clients of sockets to read on. */
  readonly unsentBytes: () => number;
  /** Conversations whose agents run or wait in this process. */
  readonly agentLoops: () => number;
  /** 1 while Redis answers, else 0; null where there is none. */
  readonly redis: (() => number) | null;
}

/** Counts what happens in this process, for Prometheus. Every label has few values, however many users there are. */
export interface Metrics {
  answered(request: AnsweredRequest): void;
  decided(limit: string, decision: Decision): void;
  /** A call or message that is deprecated or gone. @param name the operation's id, or the message's name */
  deprecated(name: string): void;
  /** Events are to be appended. @returns to be told how many have been, once it is over */
  appending(): (appended: number) => void;
  socketClosed(code: number): void;
  /** What a client's frame was answered with: `ack`, or the code of an error. */
  frame(outcome: string): void;
  watch(figures: Figures): void;
  /** All of it, in Prometheus's text format. */
  exposition(): Promise<{ readonly type: string; readonly text: string }>;
}

const prefix = "openhands_";

/** From a lookup in memory to an upload. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // the process: memory, processor, event-loop lag, garbage collection
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: prefix + name, help, labelNames: [...labelNames], registers: [registry] });
  const gauge = (name: string, help: string, read?: () => number) =>
    new Gauge({
      name: prefix + name,
      help,
      registers: [registry],
      ...(read && {
        collect(this: Gauge) {
          this.set(read());
        },
      }),
    });

  const requests = new Histogram({
    name: `${prefix}http_request_seconds`,
    help: "How long requests took, by operation and status. `none` is what no operation is.",
    labelNames: ["operation", "status"],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const decisions = counter("limiter_decisions_total", "What limits have decided.", ["limit", "decision"]);
  const uses = counter("deprecated_uses_total", "Calls and messages that are deprecated or gone.", ["name"]);
  const events = counter("events_appended_total", "Events that this process has appended.");
  const appends = gauge("appends_waiting", "Appends that are not durable yet.");
  const closed = counter("sockets_closed_total", "Sockets that have been closed, by close code.", ["code"]);
  const frames = counter("socket_frames_total", "Frames of clients, by what they were answered with.", ["outcome"]);

  return {
    answered: ({ operation, status, seconds }) => requests.observe({ operation: operation ?? "none", status }, seconds),
    decided: (limit, decision) => decisions.inc({ limit, decision }),
    deprecated: (name) => uses.inc({ name }),
    appending() {
      appends.inc();
      return (appended) => {
        appends.dec();
        events.inc(appended);
      };
    },
    // A client may choose any of a thousand private codes, RFC 6455 §7.4.2.
    socketClosed: (code) => closed.inc({ code: code >= 3000 && code < 4400 ? "other" : code }),
    frame: (outcome) => frames.inc({ outcome }),
    watch({ sockets, unsentBytes, agentLoops, redis }) {
      gauge("sockets_open", "Sockets that are open.", sockets);
      gauge("socket_unsent_bytes", "Bytes that wait for the clients of sockets to read on.", unsentBytes);
      gauge("agent_loops", "Conversations whose agents run or wait in this process.", agentLoops);
      if (redis) gauge("redis_up", "Whether Redis answers: 1 or 0.", redis);
    },
    exposition: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
