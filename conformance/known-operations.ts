/**
 * The operations that recipes ask for by their id. Everything else about the API is read from the documents; a document
 * without one of these can be judged too, but cases that need the missing one fail and name it.
 */
export const knownOperations = {
  login: "sessions.login",
  readConversation: "conversations.get",
  renameConversation: "conversations.rename",
  stopConversation: "conversations.stop",
  deleteConversation: "conversations.delete",
  addEvent: "events.add",
} as const;

/** The `status` of a conversation that takes actions. */
export const runningStatus = "RUNNING";

/** Operations that leave what they are called on in no state to be used by the next case. */
export function usesUp(operation: { readonly id: string; readonly method: string }): boolean {
  return operation.method === "DELETE" || operation.id === knownOperations.stopConversation;
}
