import type { ConversationStore } from "../store/store.ts";

const mostKept = 10_000;

/** Whose a conversation is, which never changes; null when there is no such conversation. */
export function createOwners(
  store: Pick<ConversationStore, "get">,
): (conversationId: string) => Promise<string | null> {
  const owners = new Map<string, string>();
  return async (conversationId) => {
    const known = owners.get(conversationId);
    if (known !== undefined) return known;
    const record = await store.get(conversationId);
    if (!record) return null;
    if (owners.size >= mostKept) owners.clear();
    owners.set(conversationId, record.userId);
    return record.userId;
  };
}
