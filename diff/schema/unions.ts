import { shown } from "../text.ts";
import { compareDiscriminators } from "./discriminators.ts";
import type { Pair } from "./comparison.ts";
import { isAnnotation } from "./keywords.ts";
import type { Alternative, Normal } from "./model.ts";
import { marksOf, tagsOf } from "./tags.ts";
import type { Tags } from "./tags.ts";
import { everyType, typeOf, typesText } from "./types.ts";
import type { Atom } from "./types.ts";

/** Two alternatives that are one in both documents. */
export type Match = readonly [old: Alternative, next: Alternative];

/** `oneOf` and `anyOf`. A schema that is no union is one of a single alternative. */
export function compareAlternatives(pair: Pair): void {
  const [before, after] = [alternativesOf(pair.old), alternativesOf(pair.new)];
  const tags = tagsOf(pair.old, pair.new, before, after);
  const { matches, removed, added } = match(pair, before, after, tags);
  for (const [old, next] of matches) pair.descendInto(old.normal, next.normal);
  for (const alternative of removed) {
    const what = `${nameOf(alternative, tags)} is no alternative any more.`;
    pair.report({ rule: "alternative-removed", old: alternative.normal.place, new: pair.new.place, what });
  }
  for (const alternative of added) {
    const what = `${nameOf(alternative, tags)} is another alternative.`;
    const rule = tags === undefined ? "alternative-added" : "kind-added";
    pair.report({ rule, old: pair.old.place, new: alternative.normal.place, what });
  }
  compareExclusiveness(pair, tags);
  compareDiscriminators(pair, matches);
}

interface Matching {
  readonly matches: readonly Match[];
  readonly removed: readonly Alternative[];
  readonly added: readonly Alternative[];
}

/**
 * By the values of their tag, then by the component's name, then what is the same, then what is left of the same type. An
 * alternative whose values all fit another one is neither gone nor new.
 */
function match(pair: Pair, before: Alternative[], after: Alternative[], tags: Tags | undefined): Matching {
  const left = new Set(after);
  const matches: Match[] = [];
  let removed = before;
  const take = (isSame: (old: Alternative, next: Alternative) => boolean): void => {
    removed = removed.filter((old) => {
      const found = [...left].find((next) => isSame(old, next));
      if (!found) return true;
      left.delete(found);
      matches.push([old, found]);
      return false;
    });
  };
  if (tags) take((old, next) => !marksOf(old, tags).isDisjointFrom(marksOf(next, tags)));
  else {
    take((old, next) => componentOf(old) !== undefined && componentOf(old) === componentOf(next));
    take((old, next) => pair.areSame(old.normal, next.normal));
    take((old, next) => areAlone(old, removed, next, [...left]));
  }
  return {
    matches,
    removed: removed.filter((old) => !after.some((next) => pair.isWithin(old.normal, next.normal))),
    added: [...left].filter((next) => !before.some((old) => pair.isWithin(next.normal, old.normal))),
  };
}

/** Whether each is the only one of its type on its side. */
function areAlone(old: Alternative, before: Alternative[], next: Alternative, after: Alternative[]): boolean {
  const type = typesText(old.normal.types);
  const isOfType = ({ normal }: Alternative): boolean => typesText(normal.types) === type;
  return isOfType(next) && before.filter(isOfType).length === 1 && after.filter(isOfType).length === 1;
}

function alternativesOf(normal: Normal): Alternative[] {
  if (normal.union) return [...normal.union.alternatives];
  const types = new Set([...normal.types].filter((type) => type !== "null"));
  if (types.size === 0) return [];
  const name = `#${normal.place.pointer}`;
  // Any value is one alternative; of several types, each is one.
  if (types.size >= everyType.size - 1) return [{ normal: part(normal, types), name }];
  const isNumber = (type: Atom): boolean => type === "integer" || type === "fraction";
  const groups = Map.groupBy(types, (type) => (isNumber(type) ? "number" : type));
  return [...groups.values()].map((group) => ({ normal: part(normal, new Set(group)), name }));
}

/** What a schema says of some types. What it says beside its values has been compared already. */
function part(normal: Normal, types: ReadonlySet<Atom>): Normal {
  const facts = new Map([...normal.facts].filter(([keyword]) => !isAnnotation(keyword)));
  const values = facts.get("enum");
  if (values && Array.isArray(values.value))
    facts.set("enum", { ...values, value: values.value.filter((value) => types.has(typeOf(value))) });
  return { ...normal, key: `${normal.key} as ${typesText(types)}`, types, facts };
}

function componentOf({ name }: Alternative): string | undefined {
  return name?.startsWith("#/components/") ? name : undefined;
}

/** `action "run"`, `Conversation`, `string`: an alternative for a person. */
function nameOf(alternative: Alternative, tags: Tags | undefined): string {
  if (tags) return [...marksOf(alternative, tags)].join(" or ");
  const component = componentOf(alternative);
  return component ? component.slice(component.lastIndexOf("/") + 1) : typesText(alternative.normal.types);
}

function compareExclusiveness({ old, new: next, report }: Pair, tags: Tags | undefined): void {
  if (!old.union || !next.union || old.union.kind === next.union.kind || tags) return;
  const [before, after] = [old.union.kind, next.union.kind];
  const what = `${after} instead of ${before}: ${shown(old.union.alternatives.length)} alternatives are not told apart.`;
  report({ rule: "exclusiveness-changed", old: old.union.place, new: next.union.place, before, after, what });
}
