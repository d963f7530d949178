import type { Connection, Subscriber } from "./socket-connection.ts";

/** How many connections to have open at once. */
export interface SocketPoolOptions {
  /** Connections at the most: 32. A server allows a user 200 unless told otherwise, and browsers about as many. */
  readonly maxConnections?: number | undefined;
  /** How long the others wait, when there are more conversations than connections, before one takes its turn: 15,000. */
  readonly turnMs?: number | undefined;
}

/**
 * The connections of a program, one for each conversation that it follows. When it follows more than may be open, they
 * take turns: the one that has been quiet for longest is parked, and goes on later where it was, without a loss.
 */
export interface SocketPool {
  /** Joins the connection under this name. @param create makes it when there is none */
  join(name: string, subscriber: Subscriber, create: (member: Member) => Connection): Connection;
  /** Gives a connection its turn now, if another can be spared for it. */
  hurry(connection: Connection): void;
}

/** What a connection tells the pool that it is in. */
export interface Member {
  /** Something went over it, or wants to. */
  readonly onActivity: () => void;
  /** It has ended. */
  readonly onEnd: () => void;
}

/** An empty pool. */
export function createSocketPool({ maxConnections = 32, turnMs = 15_000 }: SocketPoolOptions = {}): SocketPool {
  const connections = new Map<string, Connection>();
  /** Those with a place, the quiet ones first. */
  const seated = new Set<Connection>();
  /** Those without, who has waited for longest first. */
  const waiting = new Set<Connection>();
  let turn: ReturnType<typeof setTimeout> | undefined;

  function seat(connection: Connection): void {
    waiting.delete(connection);
    seated.add(connection);
    connection.start();
  }

  /** Fills the places that are free, and sees to it that those who still wait get their turn. */
  function fill(): void {
    for (const connection of waiting) if (seated.size < maxConnections) seat(connection);
    if (waiting.size > 0) return void (turn ??= setTimeout(takeTurns, turnMs));
    clearTimeout(turn);
    turn = undefined;
  }

  /** Up to so many of those that wait get the places of those that have been quiet for longest. */
  function swap(count: number): void {
    const spared = [...seated].filter((connection) => connection.idle()).slice(0, count);
    for (const connection of spared) {
      seated.delete(connection);
      connection.park();
    }
    const waited = [...waiting];
    waiting.clear();
    // Those who were called back as it was parked may have closed it.
    [...waited, ...spared].forEach((connection) => connection.state !== "closed" && waiting.add(connection));
    fill();
  }

  function takeTurns(): void {
    turn = undefined;
    swap(waiting.size);
  }

  function add(name: string, create: (member: Member) => Connection): Connection {
    const connection = create({
      onActivity() {
        if (seated.delete(connection)) seated.add(connection);
      },
      onEnd() {
        connections.delete(name);
        seated.delete(connection);
        waiting.delete(connection);
        fill();
      },
    });
    connections.set(name, connection);
    return connection;
  }

  return {
    join(name, subscriber, create) {
      const known = connections.get(name);
      const connection = known ?? add(name, create);
      connection.join(subscriber);
      if (known) return known;
      waiting.add(connection);
      try {
        fill();
      } catch (error) {
        connection.leave(subscriber);
        throw error;
      }
      return connection;
    },
    hurry(connection) {
      if (!waiting.delete(connection)) return;
      const others = [...waiting];
      waiting.clear();
      [connection, ...others].forEach((each) => waiting.add(each));
      swap(1);
    },
  };
}
