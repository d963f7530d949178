import type { Logger } from "pino";
import type { EventBus } from "../conversations/event-bus.ts";
import { redisPrefix } from "./connection.ts";
import type { RedisConnection } from "./connection.ts";
import { decodeNotice, encodeNotice } from "./notices.ts";

export interface RedisEventBusOptions {
  /** The bus of this process, which all of its own listeners are on. */
  readonly local: EventBus;
  readonly redis: RedisConnection;
  /** This process: it does not listen to itself. */
  readonly node: string;
  readonly logger: Logger;
}

/** A bus that also tells other servers, at once. */
export interface RedisEventBus extends EventBus {
  close(): Promise<void>;
}

/**
 * Tells other servers by Redis what happens, each only of the conversations that somebody listens to there. What is lost,
 * while Redis is away or on the way, is made up for by whoever looks into the log.
 */
export async function createRedisEventBus(options: RedisEventBusOptions): Promise<RedisEventBus> {
  const { local, redis, node, logger } = options;
  const listening = await redis.another(); // a connection that listens can do nothing else
  const listeners = new Map<string, number>();

  function receive(message: string, channel: string): void {
    const end = message.indexOf("\n");
    if (message.slice(0, end) === node) return;
    try {
      local.publish(channel.slice(channels.length), decodeNotice(message.slice(end + 1)));
    } catch (error) {
      logger.warn({ err: error, channel }, "a notice from another server could not be read");
    }
  }

  function listen(id: string): void {
    listening.client.subscribe(channels + id, receive).catch(() => {}); // away: `onReturn` does it again
  }

  listening.onReturn(() => {
    for (const id of listeners.keys()) listen(id);
  });
  return {
    publish(id, notice) {
      local.publish(id, notice);
      if (!redis.answers()) return;
      redis.client.publish(channels + id, `${node}\n${encodeNotice(notice)}`).catch(() => {}); // the log has it
    },
    subscribe(id, listener) {
      const unsubscribe = local.subscribe(id, listener);
      const before = listeners.get(id) ?? 0;
      listeners.set(id, before + 1);
      if (before === 0) listen(id);
      return () => {
        unsubscribe();
        const left = (listeners.get(id) ?? 0) - 1;
        listeners.set(id, left);
        if (left > 0) return;
        listeners.delete(id);
        listening.client.unsubscribe(channels + id, receive).catch(() => {}); // away: nothing comes either
      };
    },
    close: () => listening.close(),
  };
}

const channels = `${redisPrefix}conversation:`;
