import { placeOf } from "../documents.ts";
import type { Channel } from "../messages.ts";
import type { Probe } from "../probe.ts";
import { valueOf } from "../resources.ts";
import { foreignOrigin, sessionCredentials } from "../sessions.ts";
import { expectClose } from "../socket/client.ts";
import type { ConnectOptions, Session } from "../socket/client.ts";
import type { CloseUnit } from "../units.ts";
import { SetupError } from "../world.ts";
import { brokenText, unknownId } from "./ammunition.ts";
import type { Case } from "../case.ts";

/** What makes the server close with a code: how to connect, and what to send then. */
interface Recipe {
  readonly connect: (probe: Probe, channel: Channel) => ConnectOptions | Promise<ConnectOptions>;
  readonly provoke?: (session: Session, channel: Channel) => Promise<void>;
}

/** `socket/events/close-4404`; undefined for a code that nothing from outside brings about. */
export function closeCase({ name, channel, close }: CloseUnit): Case | undefined {
  const recipe = recipes[close.code];
  if (!recipe) return undefined;
  return {
    name,
    run: async (probe) => {
      const options = await recipe.connect(probe, channel);
      await expectClose(probe, channel, options, close.code, placeOf(close.node), async (session) => {
        await recipe.provoke?.(session, channel);
      });
    },
  };
}

const recipes: Readonly<Record<number, Recipe>> = {
  1009: {
    connect: () => ({}),
    provoke: (session, { maxFrameBytes = 4 * 1024 * 1024 }) => session.send("x".repeat(maxFrameBytes + 1)),
  },
  4400: {
    connect: (probe, channel) => ({ query: brokenQuery(probe, channel) }),
  },
  4401: {
    connect: () => ({ credentials: { kind: "none" } }),
  },
  4403: {
    connect: async (probe) => ({ credentials: await sessionCredentials(probe, foreignOrigin) }),
  },
  4404: {
    connect: async (probe, channel) => ({ path: await unknownPath(probe, channel) }),
  },
};

/** A query parameter that does not fit its schema. */
function brokenQuery(probe: Probe, channel: Channel): Record<string, string> {
  for (const { name, schema } of channel.query) {
    const text = brokenText(probe.world.asyncapi.validator, schema);
    if (text !== undefined) return { [name]: text };
  }
  throw new SetupError("The channel has no query parameter that can be wrong.");
}

async function unknownPath(probe: Probe, channel: Channel): Promise<Record<string, string>> {
  const entries = channel.parameters.map(async (name) => [name, unknownId(await valueOf(probe, name))] as const);
  return Object.fromEntries(await Promise.all(entries));
}
