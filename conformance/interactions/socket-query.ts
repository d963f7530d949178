import { child, placeOf } from "../documents.ts";
import { textOf } from "../json.ts";
import type { Json } from "../json.ts";
import type { Channel } from "../messages.ts";
import type { Probe } from "../probe.ts";
import { conversationFor } from "../v1-conversations.ts";
import { connect } from "../socket/client.ts";
import type { Live } from "../socket/client.ts";
import { AbsenceError, describe } from "../socket/connection.ts";
import { seam } from "../socket/sequence.ts";
import { isOpen } from "../units.ts";
import { dependsAt } from "../values/depends.ts";
import type { World } from "../world.ts";
import { misfitsIn } from "./interaction.ts";
import type { Interaction, Part, Trial, Values } from "./interaction.ts";

/** The close codes for what stands in the URL: it does not fit, and it names nothing. */
const [misfit, absent] = [4400, 4404];

/** Every channel: what a client says about itself when it connects. Credentials are tried elsewhere. */
export function connectInteractions(world: World): Interaction[] {
  return world.channels
    .filter(({ gate }) => isOpen(gate, world.gates))
    .map((channel) => {
      const parts = partsOf(world, channel);
      return { name: `socket/${channel.name}/connect`, parts, open: (probe) => openChannel(probe, channel, parts) };
    });
}

function partsOf(world: World, channel: Channel): Part[] {
  const { validator, document } = world.asyncapi;
  const source = { root: document.root, kept: new Set<string>(), omitted: new Set<string>() };
  const secret = new Set(channel.security.map(({ key }) => key));
  const query = channel.query
    .filter(({ name }) => !secret.has(name))
    .map(({ name, schema }) => ({ place: "query" as const, key: name, schema, required: false }));
  const path = channel.parameters.flatMap((name) => {
    const schema = child(channel.node, "parameters", name, "x-schema");
    return schema ? [{ place: "path" as const, key: name, schema, required: true }] : [];
  });
  return [...query, ...path].map((part) => ({ ...part, name: `${part.place}.${part.key}`, validator, source }));
}

async function openChannel(probe: Probe, channel: Channel, parts: readonly Part[]): Promise<Trial> {
  const base = new Map<Part, Json | undefined>();
  for (const part of parts)
    base.set(part, part.place === "path" ? await conversationFor(probe, channel, part.key) : undefined);
  return {
    base,
    async attempt(own, values) {
      const live = await connect(own, channel, { path: textsOf(values, "path"), query: textsOf(values, "query") });
      try {
        await judge(own, channel, live, base, values);
      } finally {
        await live.connection.close();
      }
    },
    close: async () => {},
  };
}

async function judge(probe: Probe, channel: Channel, live: Live, base: Values, values: Values): Promise<void> {
  const misfits = misfitsIn(values);
  const isElsewhere = [...values].some(([part, value]) => part.place === "path" && value !== base.get(part));
  const [codes, expected] =
    misfits.length === 0
      ? isElsewhere
        ? [[absent], `close ${absent}`]
        : [[], "an open connection"]
      : [isElsewhere ? [misfit, absent] : [misfit], `close ${misfit}`];
  const found = await outcomeOf(channel, live, codes.length > 0);
  if (found.code === undefined ? codes.length === 0 : codes.includes(found.code)) return;
  if (found.code === misfit && [...values].some(([part, value]) => value !== undefined && isDependent(part))) return;
  const [first] = misfits;
  probe.fail({
    promise: first
      ? "A connection is closed whose URL does not fit the document."
      : "A connection whose URL fits the document is served.",
    where: first ? `asyncapi.yaml#${first.mismatches[0]?.pointer ?? ""}` : placeOf(channel.node),
    expected,
    found: found.text,
  });
}

/** How a connection goes on: it is closed, or the past has been sent. */
async function outcomeOf(
  channel: Channel,
  live: Live,
  closes: boolean,
): Promise<{ code: number | undefined; text: string }> {
  const closed = async (): Promise<{ code: number; text: string }> => {
    const close = await live.waitForClose();
    return { code: close.code, text: `close ${describe(close)}` };
  };
  try {
    if (closes) return await closed();
    if (channel.messages.some(({ name }) => name === seam))
      await live.waitFor(seam, ({ message }) => message.name === seam);
    else await live.ping();
    return { code: undefined, text: "an open connection" };
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    if (live.connection.isClosed()) return closed();
    return { code: closes ? undefined : 0, text: error.message };
  }
}

/** Whether the document says that a value which fits may be refused. */
function isDependent({ schema }: Part): boolean {
  return dependsAt(schema.value, schema.document.root, []);
}

function textsOf(values: Values, place: Part["place"]): Record<string, string> {
  return Object.fromEntries(
    [...values].flatMap(([part, value]) =>
      part.place === place && value !== undefined ? [[part.key, textOf(value)] as const] : [],
    ),
  );
}
