import { exampleCall, randomHex } from "../../calls.ts";
import type { Call, Credentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { parametersIn, successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { takesKey, withKey } from "../../recipes/idempotency-key.ts";
import { unknownId } from "../../recipes/ammunition.ts";
import { callOnThings } from "../../resources.ts";
import { closeOf } from "../../socket/client.ts";
import type { Channel } from "../../messages.ts";
import { absenceOf, callOn, idsOf, kindsOf, make, operationsOn, pagingOf, untilThere, walk } from "../../things.ts";
import type { ThingKind } from "../../things.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/**
 * What one user has made is for another byte for byte like what is not there, whatever is asked of it and over which wire; no
 * list shows it, nothing that the other tries changes it, and the other's idempotency keys are others. Without a second key
 * there are no such cases.
 */
export function twoUserCases(world: World): Case[] {
  const { secondKey } = world;
  if (secondKey === undefined) return [];
  const other: Credentials = { kind: "bearer", token: secondKey };
  return kindsOf(world).flatMap((kind) => [
    {
      name: `stateful/${kind.creator.id}/another-user`,
      run: (probe: Probe) => keepFromOther(probe, kind, other),
    },
    {
      name: `stateful/${kind.creator.id}/another-users-lists`,
      run: (probe: Probe) => keepFromLists(probe, kind, other),
    },
    // What the other user makes has to be removed as that user.
    ...(takesKey(kind.creator) && kind.remover
      ? [
          {
            name: `stateful/${kind.creator.id}/another-users-idempotency-key`,
            run: (probe: Probe) => keepKeysApart(probe, kind, other),
          },
        ]
      : []),
    ...world.channels
      .filter((channel) => channel.parameters.includes(kind.parameter) && isOpen(channel.gate, world.gates))
      .map((channel) => ({
        name: `stateful/${channel.name}/another-user-of-${kind.creator.id}`,
        run: (probe: Probe) => keepFromSocket(probe, kind, channel, other),
      })),
  ]);
}

/** Asks as the other user for what is there and for what is not, and compares the two answers to the byte. */
async function keepFromOther(probe: Probe, kind: ThingKind, other: Credentials): Promise<void> {
  const id = await make(probe, kind);
  const absent = absentId(id);
  const before = await shownTo(probe, kind, id);
  for (const operation of operationsOn(probe.world, kind)) {
    if (!absenceOf(operation, kind.parameter)) continue;
    const theirs = await probe.call(await asked(probe, operation, kind, id, other));
    const nothing = await probe.call(await asked(probe, operation, kind, absent, other));
    const [found, expected] = [seen(theirs, id), seen(nothing, absent)];
    if (found !== expected)
      probe.fail({
        promise: "What another user has made is byte for byte like what is not there.",
        where: placeOf(operation.node),
        expected,
        found,
      });
    else if (theirs.status < 400)
      probe.fail({
        promise: "Nothing of another user is given out.",
        where: placeOf(operation.node),
        expected: "status 404",
        found: `status ${theirs.status}`,
      });
  }
  const after = await shownTo(probe, kind, id);
  if (before !== after)
    probe.fail({
      promise: "Nothing that another user tries changes what one has made.",
      where: placeOf(kind.creator.node),
      expected: before,
      found: after,
    });
}

async function asked(
  probe: Probe,
  operation: Operation,
  kind: ThingKind,
  id: string,
  credentials: Credentials,
): Promise<Call> {
  const call = await callOn(probe, operation, kind.parameter, id);
  return { ...call, credentials, headers: { ...call.headers, "X-Request-ID": "conformance" } };
}

/** An answer as text: its status, the headers that tell something, and the body, with the id that was asked for left out. */
function seen({ status, headers, text }: Answer, id: string): string {
  const told = [...headers].filter(([name]) => !passing.has(name) && !name.startsWith("x-ratelimit"));
  return [status, ...told.map(([name, value]) => `${name}: ${value}`), "", text].join("\n").replaceAll(id, "(the id)");
}

/** Headers that differ from one answer to the next, whatever was asked. */
const passing = new Set(["date", "connection", "keep-alive", "ratelimit", "ratelimit-policy", "retry-after"]);

/** What a user's own view of a thing says, without what a clock changes. */
async function shownTo(probe: Probe, kind: ThingKind, id: string): Promise<string> {
  const { reader, lister } = kind;
  if (reader) {
    const { status, json } = await probe.call(await callOn(probe, reader, kind.parameter, id));
    return `${status} ${JSON.stringify(json, (name, value: unknown) => (/_at$|status|count|connections/.test(name) ? undefined : value))}`;
  }
  if (!lister) return "";
  return idsOf(kind, await walk(probe, lister)).includes(id) ? "it is listed" : "it is not listed";
}

/** Reads, as the other user, whatever can be read without naming a thing: the id of the first user's is nowhere. */
async function keepFromLists(probe: Probe, kind: ThingKind, other: Credentials): Promise<void> {
  const { world } = probe;
  const id = await make(probe, kind);
  for (const operation of world.operations.values()) {
    const isList = operation.method === "GET" && parametersIn(operation, "path").length === 0;
    if (!isList || !operation.needsCredentials || !isOpen(operation.gate, world.gates)) continue;
    const answers = pagingOf(operation)
      ? (await walk(probe, operation, { credentials: other, most: 20 })).pages
      : [await probe.call({ ...exampleCall(world, operation), credentials: other })];
    if (answers.some(({ text }) => text.includes(id)))
      probe.fail({
        promise: "What another user reads shows nothing of one's own.",
        where: placeOf(operation.node),
        expected: `no ${kind.parameter} ${id}`,
        found: `it stands in the answer of ${operation.id}`,
      });
  }
}

/** Both users choose the same key for the same request, but for a name that the request gives: each gets a thing of their own. */
async function keepKeysApart(probe: Probe, kind: ThingKind, other: Credentials): Promise<void> {
  const { creator } = kind;
  const status = successOf(creator)?.status ?? 200;
  const key = randomHex(16);
  const call = withKey(await callOnThings(probe, creator), key);
  const own = await probe.call(call, { status });
  const entry = probe.world.state.made.at(-1);
  const their = withKey(answersId(kind) ? call : await callOnThings(probe, creator), key);
  const theirs = await probe.call({ ...their, credentials: other }, { status });
  const theirId = probe.world.state.made.at(-1)?.values[kind.parameter];
  if (theirId !== undefined) await untilThere(probe, kind, theirId, other);
  await removeAs(probe, kind, other, entry);
  if (own.text !== theirs.text || !answersId(kind)) return;
  probe.fail({
    promise: "Each user has idempotency keys of their own.",
    where: placeOf(creator.node),
    expected: "an answer about a thing of the other user's own",
    found: own.text,
  });
}

/** Whether the id of what was made stands in the answer, so that two things have two answers. */
function answersId({ creator, parameter }: ThingKind): boolean {
  const links = successOf(creator)?.links ?? [];
  return links.some((link) => link.parameter === parameter && link.expression.startsWith("$response"));
}

/** Removes what the other user has made: the run cleans up as the first user, who cannot. */
async function removeAs(
  probe: Probe,
  kind: ThingKind,
  credentials: Credentials,
  own: World["state"]["made"][number] | undefined,
): Promise<void> {
  const { made } = probe.world.state;
  const theirs = made.at(-1);
  const id = theirs?.values[kind.parameter] ?? own?.values[kind.parameter];
  if (!kind.remover || id === undefined) return;
  const removed = await probe.call({
    ...exampleCall(probe.world, kind.remover, { [kind.parameter]: id }),
    credentials,
  });
  if (theirs !== undefined && theirs !== own && removed.status < 300) theirs.gone = true;
  // A name may be both users' at once: the first user's thing is still there.
  if (own && own.values[kind.parameter] === id) own.gone = false;
}

/** A socket to what another has made ends as one to what is not there, with the same words. */
async function keepFromSocket(
  probe: Probe,
  kind: ThingKind,
  channel: Channel,
  credentials: Credentials,
): Promise<void> {
  const id = await make(probe, kind);
  const absent = absentId(id);
  const theirs = await closeOf(probe, channel, { path: { [kind.parameter]: id }, credentials });
  const nothing = await closeOf(probe, channel, { path: { [kind.parameter]: absent }, credentials });
  if (theirs.replaceAll(id, "(the id)") === nothing.replaceAll(absent, "(the id)")) return;
  probe.fail({
    promise: "A socket to what another user has made ends like one to what is not there.",
    where: placeOf(channel.node),
    expected: nothing,
    found: theirs,
  });
}

/** An id of the same form that nothing has. */
function absentId(id: string): string {
  const other = unknownId(id);
  return other === id ? absentId(id) : other;
}
