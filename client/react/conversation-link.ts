import type { Event } from "../../generated/client/types.ts";
import type { SocketState } from "../socket-connection.ts";
import { SocketClosedError } from "../socket-errors.ts";
import type { SocketError } from "../socket-errors.ts";
import { connect } from "../socket.ts";
import type { ConnectOptions, EventSocket } from "../socket.ts";
import { createGrowingList, createStore } from "./store.ts";
import type { Store } from "./store.ts";

/** What `useConversation` knows of a conversation. */
export interface ConversationHookState {
  /** The events so far, in the order of their ids, each once. */
  readonly events: readonly Event[];
  /** Where the connection stands. */
  readonly state: SocketState;
  /** Why there is no connection, as long as there is none. */
  readonly error: SocketError | null;
}

/** The socket of one conversation, outside of React. */
export interface ConversationLink {
  readonly store: Store<ConversationHookState>;
  /** Connects. @returns what ends the connection; `start` may be called again after that */
  start(this: void): () => void;
  send: EventSocket["send"];
}

/** A link that has not been started. */
export function createConversationLink(options: ConnectOptions): ConversationLink {
  const events = createGrowingList<Event>();
  let socket: EventSocket | undefined;
  let error: SocketError | null = null;
  const store = createStore(read);

  function read(): ConversationHookState {
    return { events: events.view(), state: socket?.state ?? "connecting", error };
  }

  function start(): () => void {
    const own = connect({ ...options, latestEventId: events.view().at(-1)?.id ?? options.latestEventId });
    socket = own;
    own.onEvent((event) => {
      events.push(event);
      store.changed();
    });
    own.onStateChange((state, cause) => {
      if (socket !== own) return;
      error = state === "open" ? null : (cause ?? error);
      store.changed();
    });
    store.changed();
    return () => {
      socket = undefined;
      own.close();
      store.changed();
    };
  }

  return {
    store,
    start,
    async send(action, how) {
      if (!socket) throw new SocketClosedError(1000, "the component is not shown");
      return socket.send(action, how);
    },
  };
}
