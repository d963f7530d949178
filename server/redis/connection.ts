import type { Logger } from "pino";
import { createClient } from "redis";

export type RedisClient = ReturnType<typeof clientOf>;

/** A connection to Redis, which connects anew by itself whenever it is lost. The server works without it, if less well. */
export interface RedisConnection {
  /** For commands. While Redis is away each one is rejected at once: none waits for it to come back. */
  readonly client: RedisClient;
  /** Whether Redis answers at the moment. */
  answers(): boolean;
  /** Calls back each time Redis answers again after it has been away: what it was told meanwhile was missed. */
  onReturn(listener: () => void): void;
  /** A connection of its own, with the same behaviour, for what blocks or subscribes. It is closed by who asked for it. */
  another(): Promise<RedisConnection>;
  /** Waits for the commands that are on their way, as far as Redis is there. */
  close(): Promise<void>;
}

/** What begins the name of everything of ours in Redis: keys, channels. */
export const redisPrefix = "openhands-api:";

/** How often a connection without traffic is tried, and how long Redis may say nothing before it counts as away. */
const pingMs = 500;
const silenceMs = 2000;
const longestPauseMs = 2000;

/**
 * Connects to Redis. One that is away is no failure: the log has it, and the connection is made as soon as it is back.
 * @param url `REDIS_URL`, which may hold a password
 * @returns once it is connected, or the first attempt has failed
 */
export function connectRedis(url: string, logger: Logger): Promise<RedisConnection> {
  return connect(url, { away: new Set(), logger: logger.child({ redis: placeOf(url) }) });
}

/** The connections of a process that are lost at the moment. */
interface Absences {
  readonly away: Set<RedisClient>;
  readonly logger: Logger;
}

async function connect(url: string, absences: Absences): Promise<RedisConnection> {
  const client = clientOf(url);
  const listeners = new Set<() => void>();
  noteAbsences(client, absences, () => listeners.forEach((listener) => listener()));
  await firstAttempt(client);
  return {
    client,
    answers: () => client.isReady,
    onReturn: (listener) => void listeners.add(listener),
    another: () => connect(url, absences),
    async close() {
      absences.away.delete(client);
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
}

function clientOf(url: string) {
  return createClient({
    url,
    name: "openhands-api",
    disableOfflineQueue: true,
    pingInterval: pingMs,
    socket: { connectTimeout: silenceMs, socketTimeout: silenceMs, reconnectStrategy: pause },
  });
}

/** One line when it goes and one when it is back for all connections, however many attempts fail in between. */
function noteAbsences(client: RedisClient, { away, logger }: Absences, returned: () => void): void {
  client.on("error", (err) => {
    if (away.size === 0) logger.warn({ err }, "redis does not answer; going on without it");
    away.add(client);
  });
  client.on("ready", () => {
    if (!away.delete(client)) return;
    if (away.size === 0) logger.info("redis answers again");
    returned();
  });
}

function firstAttempt(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    client.once("ready", resolve);
    client.once("error", () => resolve());
    client.connect().catch(() => {}); // rejects when it is closed before it was ever connected; errors are listened to
  });
}

/** Doubled each time and less by chance, so that servers do not come back all at once. */
function pause(retries: number): number {
  return Math.min(50 * 2 ** retries, longestPauseMs) * (0.5 + Math.random() / 2);
}

/** Where it is, without what the URL may hold besides. */
export function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? "6379" : port}`;
}
