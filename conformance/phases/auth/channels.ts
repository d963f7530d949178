import { exampleCall } from "../../calls.ts";
import type { Credentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { knownOperations } from "../../known-operations.ts";
import type { Channel, CloseCode, SecurityScheme } from "../../messages.ts";
import type { Probe } from "../../probe.ts";
import { readOnlyCredentials } from "../../read-only.ts";
import { badProof, badStates, canRevoke, freshKey, revokeKey } from "../../recipes/bad-credentials.ts";
import type { BadState } from "../../recipes/bad-credentials.ts";
import { ownOrigin, cookieFrom } from "../../sessions.ts";
import { connected, expectClose } from "../../socket/client.ts";
import type { ConnectOptions } from "../../socket/client.ts";
import { isOpen } from "../../units.ts";
import type { Proof, World } from "../../world.ts";

/** The close code of whoever has not proven who it is. */
const unauthenticated = 4401;

/**
 * Who may connect: nobody whose credentials are no good, in whichever way they come; who may only read gets the events; and
 * a connection ends when what it was opened with stops working.
 */
export function channelCases(world: World): Case[] {
  return world.channels
    .filter(({ gate }) => isOpen(gate, world.gates))
    .flatMap((channel) => {
      const close = channel.closeCodes.find(({ code }) => code === unauthenticated);
      return close ? casesOf(world, channel, close) : [];
    });
}

function casesOf(world: World, channel: Channel, close: CloseCode): Case[] {
  const base = `auth/${channel.name}`;
  const states = badStates.filter((state) => state !== "revoked" || canRevoke(world));
  const refused = channel.security.flatMap((scheme) =>
    states.map((state) => ({
      name: `${base}/${state}-${scheme.name}`,
      run: (probe: Probe) => refuse(probe, channel, close, scheme, state),
    })),
  );
  if (!canRevoke(world)) return refused;
  const logout = world.operations.get(knownOperations.logout);
  return [
    ...refused,
    { name: `${base}/read-only`, run: (probe) => admitReader(probe, channel) },
    { name: `${base}/revoked-meanwhile`, run: (probe) => endWithKey(probe, channel, close) },
    ...(logout
      ? [{ name: `${base}/logged-out-meanwhile`, run: (probe: Probe) => endWithSession(probe, channel, close) }]
      : []),
  ];
}

async function refuse(
  probe: Probe,
  channel: Channel,
  close: CloseCode,
  scheme: SecurityScheme,
  state: BadState,
): Promise<void> {
  const options = optionsFor(probe, scheme, await badProof(state, probe));
  await expectClose(probe, channel, options, close.code, placeOf(close.node));
}

/** The events of the past come; that messages are refused is a case of each message. */
async function admitReader(probe: Probe, channel: Channel): Promise<void> {
  await connected(probe, channel, { credentials: await readOnlyCredentials(probe) }, (session) => session.ping());
}

async function endWithKey(probe: Probe, channel: Channel, close: CloseCode): Promise<void> {
  const { key, id } = await freshKey(probe);
  const credentials: Credentials = { kind: "bearer", token: key };
  await expectClose(probe, channel, { credentials }, close.code, placeOf(close.node), async (session) => {
    await session.ping();
    await revokeKey(probe, id);
  });
}

async function endWithSession(probe: Probe, channel: Channel, close: CloseCode): Promise<void> {
  const { world } = probe;
  const logout = world.operations.get(knownOperations.logout);
  if (!logout) return;
  const credentials: Credentials = {
    kind: "cookie",
    cookie: await cookieFrom(probe, world.key),
    origin: ownOrigin(probe),
  };
  await expectClose(probe, channel, { credentials }, close.code, placeOf(close.node), async (session) => {
    await session.ping();
    await probe.prepare({ ...exampleCall(world, logout), credentials });
  });
}

function optionsFor(probe: Probe, { place, key: name }: SecurityScheme, { key, cookie }: Proof): ConnectOptions {
  if (place === "query") return { query: { [name]: key }, credentials: { kind: "none" } };
  if (place === "cookie") return { credentials: { kind: "cookie", cookie, origin: ownOrigin(probe) } };
  return { credentials: place === "bearer" ? { kind: "bearer", token: key } : { kind: "header", name, value: key } };
}
