import { isDeepStrictEqual } from "node:util";
import { bodyOf } from "../../calls.ts";
import type { Call } from "../../calls.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { followLinks } from "../../links.ts";
import { isObject } from "../../json.ts";
import { namingFields, successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { absenceOf, callOn, idOfItem, idsOf, itemsIn, kindsOf, makeFrom, operationsOn, walk } from "../../things.ts";
import type { ThingKind } from "../../things.ts";
import type { World } from "../../world.ts";

/**
 * `stateful/conversations.create/lifecycle`: a thing that is created can be read and is listed once, also when it has been
 * changed; deleted, it is gone for every operation that names it, and from the list.
 */
export function lifecycleCases(world: World): Case[] {
  return kindsOf(world)
    .filter(({ remover }) => remover)
    .map((kind) => ({ name: `stateful/${kind.creator.id}/lifecycle`, run: (probe) => live(probe, kind) }));
}

async function live(probe: Probe, kind: ThingKind): Promise<void> {
  const { reader, changer, remover } = kind;
  if (!remover) return;
  const { id: first, body } = await makeFrom(probe, kind);
  let id = first;
  await expectThere(probe, kind, id, "created", body);
  if (changer) {
    const before = id;
    const call = await callOn(probe, changer, kind.parameter, id);
    id = await change(probe, kind, call);
    if (id !== before && reader) await expectAbsent(probe, reader, kind, before, "renamed");
    await expectThere(probe, kind, id, "changed", bodyOf(call));
  }
  await probe.prepare(await callOn(probe, remover, kind.parameter, id));
  for (const operation of operationsOn(probe.world, kind)) await expectAbsent(probe, operation, kind, id, "deleted");
  await expectListed(probe, kind, id, 0, "deleted");
}

/** Changes a thing by the example of the document. @returns its id, which is another when its name is its id */
async function change(probe: Probe, kind: ThingKind, call: Call): Promise<string> {
  const answer = await probe.prepare(call);
  const id = call.path[kind.parameter] ?? "";
  if (namingFields(call.operation).length === 0) return id;
  return followLinks(call, answer).values[kind.parameter] ?? id;
}

async function expectThere(probe: Probe, kind: ThingKind, id: string, done: string, body: JsonObject): Promise<void> {
  const { reader, lister } = kind;
  if (reader) {
    const status = successOf(reader)?.status ?? 200;
    const { json } = await probe.call(await callOn(probe, reader, kind.parameter, id), { status });
    judgeKept(probe, reader, json, body, done);
  } else if (lister) {
    const items = (await walk(probe, lister)).pages.flatMap(({ json }) => itemsIn(json));
    judgeKept(
      probe,
      lister,
      items.find((item) => idOfItem(kind, item) === id),
      body,
      done,
    );
  }
  await expectListed(probe, kind, id, 1, done);
}

/** What was asked for is what is shown, as far as it is shown by the same name. */
function judgeKept(probe: Probe, { node }: Operation, shown: Json | undefined, body: JsonObject, done: string): void {
  for (const [name, value] of Object.entries(body)) {
    const found = isObject(shown) ? shown[name] : undefined;
    if (found === undefined || isSame(found, value)) continue;
    probe.fail({
      promise: `What has been ${done} is shown as it was asked for.`,
      where: placeOf(node),
      expected: `${name}: ${JSON.stringify(value)}`,
      found: JSON.stringify(found),
    });
  }
}

/** Whether two values are equal, a moment in whatever form of RFC 3339 it is written. */
function isSame(one: Json, other: Json): boolean {
  const [a, b] = [one, other].map((value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value,
  );
  return isDeepStrictEqual(a, b);
}

/** Looks for a thing in the list of its kind. It is there once, or not at all, whatever else the list holds. */
async function expectListed(probe: Probe, kind: ThingKind, id: string, times: 0 | 1, done: string): Promise<void> {
  const { lister } = kind;
  if (!lister) return;
  const list = await walk(probe, lister);
  const found = idsOf(kind, list).filter((other) => other === id).length;
  // The list of a busy server may go on for longer than a run should read: what is not seen may still come.
  if (found === times || (found < times && !list.whole)) return;
  probe.fail({
    promise:
      times === 1 ? `What has been ${done} is listed once and only once.` : `What has been ${done} is not listed.`,
    where: placeOf(lister.node),
    expected: times === 1 ? `${kind.field} ${id} once` : `no ${kind.field} ${id}`,
    found: `${found} times`,
  });
}

/** Use after the end: every operation that promises to say so does. */
async function expectAbsent(
  probe: Probe,
  operation: Operation,
  kind: ThingKind,
  id: string,
  done: string,
): Promise<void> {
  const absence = absenceOf(operation, kind.parameter);
  if (!absence) return;
  const { status, json } = await probe.call(await callOn(probe, operation, kind.parameter, id));
  const code = isObject(json) ? json["code"] : undefined;
  if (status === 404 && code === absence.code) return;
  probe.fail({
    promise: `What has been ${done} is gone: ${operation.id} answers with 404 ${absence.code}.`,
    where: placeOf(absence.response.node),
    expected: `404 with code ${absence.code}`,
    found: `${status} with ${typeof code === "string" ? `code ${code}` : "no code"}`,
  });
}
