import type { Case } from "../../case.ts";
import { child, placeOf } from "../../documents.ts";
import { isObject } from "../../json.ts";
import type { Probe } from "../../probe.ts";
import { idsIn, idsOf, itemsIn, kindsOf, make, pagingOf, walk } from "../../things.ts";
import type { Paging, ThingKind, Walk } from "../../things.ts";
import type { World } from "../../world.ts";

/** How many things a case makes to page over. */
const ownThings = 3;

/** How many requests one size of page may cost. */
const mostPages = 40;

/**
 * `stateful/conversations.list/pages`: whatever the size of the pages, a list shows the same things in the same order, each
 * once, no page holds more than was asked for, and none is empty while there is a next one.
 */
export function pagingCases(world: World): Case[] {
  return kindsOf(world).flatMap((kind) => {
    const { lister } = kind;
    const paging = lister && pagingOf(lister);
    return lister && paging
      ? [{ name: `stateful/${lister.id}/pages`, run: (probe: Probe) => pages(probe, kind, paging) }]
      : [];
  });
}

async function pages(probe: Probe, kind: ThingKind, paging: Paging): Promise<void> {
  const { lister } = kind;
  if (!lister) return;
  const own: string[] = [];
  for (let made = 0; made < ownThings; made += 1) own.push(await make(probe, kind));
  const whole = await walk(probe, lister);
  const reference = idsOf(kind, whole);
  judgeWhole(probe, kind, whole, own);
  const least = Number(child(paging.limit.schema, "minimum")?.value ?? 1);
  for (const size of sizes(reference.length, least)) {
    const list = await walk(probe, lister, { size, most: mostPages });
    judgePages(probe, kind, paging, list, size);
    const ids = idsOf(kind, list);
    const expected = list.whole ? reference : reference.slice(0, ids.length);
    if (ids.join() !== expected.join())
      probe.fail({
        promise: "The size of the pages does not change what a list shows, nor its order.",
        where: placeOf(lister.node),
        expected: `with ${paging.limit.name}=${size}: ${shown(expected)}`,
        found: shown(ids),
      });
  }
}

/** Sizes that make pages of one, of a few, of all but one, and of exactly all. */
function sizes(count: number, least: number): number[] {
  const wanted = [1, 2, 3, count - 1, count].filter((size) => size >= least && size <= 100);
  return [...new Set(wanted)];
}

function judgeWhole(probe: Probe, kind: ThingKind, list: Walk, own: readonly string[]): void {
  const ids = idsOf(kind, list);
  const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
  const missing = list.whole ? own.filter((id) => !ids.includes(id)) : [];
  const where = kind.lister && placeOf(kind.lister.node);
  if (repeated.length > 0)
    probe.fail({ promise: "A list shows each thing once.", where, expected: "each id once", found: shown(repeated) });
  if (missing.length > 0)
    probe.fail({ promise: "A list shows all things.", where, expected: shown(missing), found: "they are missing" });
}

function judgePages(probe: Probe, kind: ThingKind, paging: Paging, list: Walk, size: number): void {
  const where = kind.lister && placeOf(kind.lister.node);
  for (const { json } of list.pages) {
    const count = itemsIn(json).length;
    const next = isObject(json) ? json[paging.next] : undefined;
    if (count > size)
      probe.fail({
        promise: `A page holds no more than \`${paging.limit.name}\` asks for.`,
        where,
        expected: `at most ${size}`,
        found: `${count}: ${shown(idsIn(kind, json))}`,
      });
    if (count === 0 && typeof next === "string")
      probe.fail({
        promise: "No page is empty while there is a next one.",
        where,
        expected: `something, or no \`${paging.next}\``,
        found: `nothing, and \`${paging.next}\` ${JSON.stringify(next)}`,
      });
  }
}

function shown(ids: readonly string[]): string {
  return ids.length <= 12 ? ids.join(", ") || "nothing" : `${ids.slice(0, 12).join(", ")}… (${ids.length})`;
}
