import type { Context, Sides } from "./context.ts";
import { compareRest } from "./context.ts";
import type { Place } from "./place.ts";

/** Servers by their address. */
export function compareServers(context: Context, sides: Sides, serversOf: (root: Place) => Map<string, Place>): void {
  const [before, after] = [serversOf(sides.old), serversOf(sides.new)];
  for (const [address, old] of before) {
    const next = after.get(address);
    if (next) compareRest(context, { old, new: next }, ["url", "host", "protocol", "pathname", "security"]);
    else context.recorder.add({ rule: "server-removed", old, new: sides.new, what: `The server ${address} is gone.` });
  }
  for (const [address, next] of after) {
    if (!before.has(address))
      context.recorder.add({ rule: "server-added", old: sides.old, new: next, what: `The server ${address} is new.` });
  }
}
