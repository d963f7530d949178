import type { Credentials } from "../calls.ts";
import type { SecurityScheme } from "../messages.ts";
import type { Probe } from "../probe.ts";
import { ownOrigin, sessionCredentials } from "../sessions.ts";
import { connected } from "../socket/client.ts";
import type { ConnectOptions } from "../socket/client.ts";
import type { SecurityUnit } from "../units.ts";
import { SetupError } from "../world.ts";
import type { Case } from "../case.ts";

/** `socket/events/security-sessionApiKeyQuery`: this way to authenticate works alone, up to the end of the replay. */
export function securityCase({ name, channel, scheme }: SecurityUnit): Case {
  return {
    name,
    run: async (probe) => connected(probe, channel, await optionsFor(probe, scheme), async () => {}),
  };
}

async function optionsFor(probe: Probe, scheme: SecurityScheme): Promise<ConnectOptions> {
  if (scheme.place === "cookie") return { credentials: await sessionCredentials(probe, ownOrigin(probe)) };
  const { key } = probe.world;
  if (key === undefined) throw new SetupError("Credentials are needed, and the run has no --key.");
  if (scheme.place === "query") return { query: { [scheme.key]: key }, credentials: { kind: "none" } };
  const credentials: Credentials =
    scheme.place === "bearer" ? { kind: "bearer", token: key } : { kind: "header", name: scheme.key, value: key };
  return { credentials };
}
