import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { withQuery } from "../url.ts";
import { createWebSocketLink } from "./web-socket-link.ts";
import type { WebSocketHookOptions, WebSocketHookState, WebSocketLink } from "./web-socket-link.ts";

/** A connection as a component sees it. */
export interface WebSocketHook<Message>
  extends WebSocketHookState<Message>, Pick<WebSocketLink<Message>, "sendMessage" | "disconnect"> {}

/**
 * A WebSocket for as long as the component is shown: `messages` grows as they come, and a lost connection is made again. On
 * a conversation's socket it goes on after the last event, so that none comes twice. What is sent before there is a
 * connection is sent when there is one; whether it was received is not known: `useConversation` knows that.
 *
 * `sendMessage` and `disconnect` stay the same functions: call them in effects and event handlers, not while rendering.
 * Options may change at any time; another `url` or other `queryParams` are another connection.
 */
export function useWebSocket<Message = string>(
  url: string,
  options: WebSocketHookOptions = {},
): WebSocketHook<Message> {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const address = withQuery(url, options.queryParams ?? {});
  const link = useMemo(() => createWebSocketLink<Message>(address, () => latest.current), [address]);
  useEffect(link.start, [link]);
  const { subscribe, snapshot } = link.store;
  const state = useSyncExternalStore(subscribe, snapshot, snapshot);
  return { ...state, sendMessage: link.sendMessage, disconnect: link.disconnect };
}
