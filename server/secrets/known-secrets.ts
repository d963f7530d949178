import { createMask } from "./mask.ts";
import type { Mask } from "./mask.ts";

/** Whose secrets are meant: those of a conversation's own, and all of its user's. */
interface Conversation {
  readonly id: string;
  readonly userId: string;
}

/** What the server knows to be secret. */
export interface KnownSecrets {
  /** Hides what is secret in a conversation; null when that is nothing. */
  maskOf(conversation: Conversation): Promise<Mask | null>;
  /** The same for a conversation that is not stored yet. @param own its own secrets */
  maskOfNew(conversation: Conversation, own: readonly string[]): Promise<Mask | null>;
  /** The user's secrets have changed. */
  forget(userId: string): void;
}

export interface KnownSecretsDeps {
  /** Every place where secrets of a user are kept; a place calls `forget` after each change. */
  readonly ofUser: readonly ((userId: string) => Promise<Iterable<string>>)[];
  /** The secrets of a conversation's own, which never change. */
  readonly ofConversation: (conversationId: string) => Promise<readonly string[]>;
  /** For how long what was found out holds although `forget` is not called: another process may change it. Milliseconds. */
  readonly validMs: number;
}

/** So many users and conversations are kept in mind: to find out again means to decrypt every secret. */
const mostKept = 10_000;

export function createKnownSecrets({ ofUser, ofConversation, validMs }: KnownSecretsDeps): KnownSecrets {
  const users = new Map<string, { readonly values: Promise<string[]>; readonly since: number }>();
  const masks = new Map<string, { readonly values: Promise<string[]>; readonly mask: Promise<Mask | null> }>();

  async function load(userId: string): Promise<string[]> {
    const values = await Promise.all(ofUser.map((source) => source(userId)));
    return values.flatMap((each) => [...each]);
  }

  function valuesOf(userId: string): Promise<string[]> {
    const known = users.get(userId);
    const now = performance.now();
    if (known && now - known.since < validMs) return known.values;
    if (users.size >= mostKept) users.clear();
    const values = load(userId);
    users.set(userId, { values, since: now });
    values.catch(() => users.delete(userId)); // the next one tries again
    return values;
  }

  async function maskFor(values: Promise<string[]>, own: readonly string[]): Promise<Mask | null> {
    return createMask([...(await values), ...own]);
  }

  return {
    maskOf({ id, userId }) {
      const values = valuesOf(userId);
      const known = masks.get(id);
      if (known?.values === values) return known.mask;
      if (masks.size >= mostKept) masks.clear();
      const mask = ofConversation(id).then((own) => maskFor(values, own));
      masks.set(id, { values, mask });
      mask.catch(() => masks.delete(id));
      return mask;
    },
    maskOfNew: ({ userId }, own) => maskFor(valuesOf(userId), own),
    forget: (userId) => void users.delete(userId),
  };
}
