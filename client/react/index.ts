// The door of the client's hooks: the one part that needs React.
export { useWebSocket } from "./use-web-socket.ts";
export type { WebSocketHook } from "./use-web-socket.ts";
export type { WebSocketHookOptions, WebSocketHookState } from "./web-socket-link.ts";
export { useConversation } from "./use-conversation.ts";
export type { ConversationHook, ConversationHookOptions } from "./use-conversation.ts";
export type { ConversationHookState } from "./conversation-link.ts";
