import type { Identity } from "./identity.ts";

/** The name of the user that the first start creates, and the only one of `AUTH_MODE=none`. */
const firstUser = "admin";

/** Who there is. */
export interface Bootstrap {
  readonly userId: string;
  /** The user's API key, when this start made it; later ones cannot know it. */
  readonly newKey: string | null;
}

/**
 * Makes sure that there is a user.
 * @param configuredKey `BOOTSTRAP_API_KEY`, the first user's key instead of a random one
 */
export async function bootstrap(identity: Identity, configuredKey: string | undefined): Promise<Bootstrap> {
  const known = await identity.findUser(firstUser);
  if (known && known.disabledAt !== null) return { userId: known.id, newKey: null };
  const user = known ?? (await identity.createUser(firstUser));
  // Also a user without any key, which a start that was killed half way leaves behind, could never log in.
  if ((await identity.listApiKeys(user.id)).length > 0) return { userId: user.id, newKey: null };
  const { key } = await identity.createApiKey(user.id, {
    name: "First key",
    ...(configuredKey !== undefined && { key: configuredKey }),
  });
  return { userId: user.id, newKey: key };
}
