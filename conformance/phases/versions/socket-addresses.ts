import { headersOf, ownCredentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import type { Channel } from "../../messages.ts";
import { remaining } from "../../probe.ts";
import type { Probe } from "../../probe.ts";
import { valueOf } from "../../resources.ts";
import { AbsenceError, HandshakeError, openConnection } from "../../socket/connection.ts";
import type { Connection } from "../../socket/connection.ts";
import { isOpen } from "../../units.ts";
import { urlOf } from "../../world.ts";
import type { World } from "../../world.ts";
import { otherPrefixes } from "./gates.ts";

/**
 * `versions/events/other-addresses`: a socket is served at its address and nowhere near it; a channel behind a closed gate
 * nowhere at all.
 */
export function addressCases(world: World): Case[] {
  return world.channels.map((channel) => ({
    name: `versions/${channel.name}/other-addresses`,
    run: (probe) => shutElsewhere(probe, channel),
  }));
}

async function shutElsewhere(probe: Probe, channel: Channel): Promise<void> {
  const { world } = probe;
  const closed = isOpen(channel.gate, world.gates) ? [] : [channel.address];
  for (const address of [...closed, ...addressesNear(channel.address)]) {
    if (world.channels.some((other) => other.address === address && isOpen(other.gate, world.gates))) continue;
    const found = await whatAnswers(probe, channel, address);
    if (found !== undefined)
      probe.fail({
        promise: "A socket is served at the address that the document gives it, and nowhere else.",
        where: `${placeOf(channel.node)}/address`,
        expected: `no socket at ${address}: the handshake is refused with 404`,
        found,
      });
  }
}

/** Addresses that look like the documented one and are not. */
function addressesNear(address: string): string[] {
  const [, root, version, rest] = /^(.*?)\/(v\d+)(\/.*)$/.exec(address) ?? [];
  const [first = "", ...others] = address.slice(1).split("/");
  const versions =
    root === undefined || version === undefined || rest === undefined
      ? ["v0", "v1", "v2", "V1", "v01"].flatMap((name) => [
          `/${name}${address}`,
          `/${[first, name, ...others].join("/")}`,
        ])
      : otherPrefixes(root, version).map((prefix) => prefix + rest);
  return [...versions, `${address}/`, `/${first.toUpperCase()}/${others.join("/")}`, `/api${address}`];
}

/** What is found at an address where nothing should be: undefined when it refuses. */
async function whatAnswers(probe: Probe, channel: Channel, address: string): Promise<string | undefined> {
  const { world } = probe;
  let path = address;
  for (const name of channel.parameters)
    path = path.replace(`{${name}}`, encodeURIComponent(await valueOf(probe, name)));
  const url = urlOf(world, path);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const trace = { sent: [`CONNECT ${url.href}`], received: [] as string[], repeat: `websocat ${url.href}` };
  probe.exchanges.push(trace);
  const timeoutMs = Math.min(world.limits.frameMs, remaining(world));
  try {
    const connection = await openConnection(url, headersOf(ownCredentials(world)), timeoutMs, ({ text }) => {
      trace.received.push(`← ${text.slice(0, 200)}`);
    });
    try {
      return await whatComes(connection);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof HandshakeError) {
      trace.received.push(`← ${error.message}`);
      return error.status === 404 ? undefined : error.message;
    }
    throw error;
  }
}

/** A frame is service, and so is a connection that stays open; one that ends without a frame has served nobody. */
async function whatComes(connection: Connection): Promise<string | undefined> {
  try {
    return await connection.waitFor("a frame", () => "a socket that sends");
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    return connection.waitForClose().then(
      () => undefined,
      () => "a socket that stays open",
    );
  }
}
