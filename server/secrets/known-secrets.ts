import { createMask } from "./mask.ts";
import type { Mask } from "./mask.ts";

/** Where secrets of users are kept. */
type Source = (userId: string) => Promise<Iterable<string>>;

/** What the server knows to be secret, by user. */
export interface KnownSecrets {
  /** Hides all of a user's secrets; null when the user has none. */
  maskOf(userId: string): Promise<Mask | null>;
  /** The user's secrets have changed. */
  forget(userId: string): void;
}

/** So many users have their masks kept: to make one means to decrypt every secret. */
const mostKept = 10_000;

/** @param sources every place where secrets of a user are kept; a place calls `forget` after each change */
export function createKnownSecrets(sources: readonly Source[]): KnownSecrets {
  const masks = new Map<string, Promise<Mask | null>>();

  async function load(userId: string): Promise<Mask | null> {
    const values = await Promise.all(sources.map((source) => source(userId)));
    return createMask(values.flatMap((each) => [...each]));
  }

  return {
    maskOf(userId) {
      const known = masks.get(userId);
      if (known) return known;
      if (masks.size >= mostKept) masks.clear();
      const mask = load(userId);
      masks.set(userId, mask);
      mask.catch(() => masks.delete(userId)); // the next one tries again
      return mask;
    },
    forget: (userId) => void masks.delete(userId),
  };
}
