import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ConnectOptions } from "../socket.ts";
import { createConversationLink } from "./conversation-link.ts";
import type { ConversationHookState, ConversationLink } from "./conversation-link.ts";

/** As for `connect`; a page of the server itself needs none of them. */
export type ConversationHookOptions = Partial<Omit<ConnectOptions, "conversationId">>;

/** A conversation as a component sees it. */
export interface ConversationHook extends ConversationHookState {
  /** As the `send` of `connect`: appends an action of the user once, and resolves when it is durable. */
  readonly send: ConversationLink["send"];
}

/**
 * The events of a conversation, live, for as long as the component is shown. Components that show the same conversation
 * share a connection. Another `conversationId`, `baseUrl`, `apiKey`, `latestEventId` or other `types` begin anew; the rest
 * is looked at when it does. `send` stays the same function: call it in effects and event handlers, not while rendering.
 */
export function useConversation(conversationId: string, options: ConversationHookOptions = {}): ConversationHook {
  const { baseUrl = "", apiKey, latestEventId, types } = options;
  const link = useMemo(
    () => createConversationLink({ ...options, baseUrl, conversationId }),
    [conversationId, baseUrl, apiKey, latestEventId, types?.join()],
  );
  useEffect(link.start, [link]);
  const { subscribe, snapshot } = link.store;
  const state = useSyncExternalStore(subscribe, snapshot, snapshot);
  return { ...state, send: link.send };
}
