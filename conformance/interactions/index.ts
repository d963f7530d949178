import type { World } from "../world.ts";
import type { Interaction } from "./interaction.ts";
import { restInteractions } from "./rest.ts";
import { messageInteractions } from "./socket-messages.ts";
import { connectInteractions } from "./socket-query.ts";

/** Everything that the documents let a client send, over REST and sockets. */
export function interactionsOf(world: World): Interaction[] {
  return [...restInteractions(world), ...connectInteractions(world), ...messageInteractions(world)];
}
