import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../conformance/json.ts";
import { isAnnotation } from "./keywords.ts";
import type { Alternative, Fact, Normal, Union } from "./model.ts";
import { typesOfKeyword } from "./types.ts";
import type { Atom } from "./types.ts";

/**
 * A union in its simplest spelling: unions in it are opened, null is lifted out, one alternative alone is no union, lists
 * of values become one list, and alternatives of different types one schema of several types.
 */
export function foldUnion(base: Normal, union: Union, isNullable: boolean): Normal {
  const opened = union.alternatives.flatMap(open);
  const hasNull = isNullable || union.alternatives.some(({ normal }) => normal.types.has("null"));
  const alternatives = opened.map(withoutNull).filter(({ normal }) => normal.types.size > 0);
  const folded = fold(base, { ...inheriting(union), alternatives });
  return hasNull ? { ...folded, types: new Set<Atom>([...folded.types, "null"]) } : folded;
}

function open(alternative: Alternative): readonly Alternative[] {
  return alternative.normal.union?.alternatives ?? [alternative];
}

/** `anyOf: [{ oneOf: […] }, { type: "null" }]` is that `oneOf` with null. */
function inheriting(union: Union): Union {
  const inner = union.alternatives.flatMap(({ normal }) => (normal.union ? [normal.union] : []));
  const others = union.alternatives.filter(({ normal }) => !normal.union && !isNullAlone(normal));
  const [only] = inner;
  return union.discriminator || !only || inner.length > 1 || others.length > 0 ? union : only;
}

function isNullAlone({ types }: Normal): boolean {
  return types.size === 1 && types.has("null");
}

function withoutNull({ normal, ...rest }: Alternative): Alternative {
  if (!normal.types.has("null")) return { ...rest, normal };
  const types = new Set([...normal.types].filter((type) => type !== "null"));
  return { ...rest, normal: { ...normal, key: `${normal.key} but null`, types } };
}

function fold(base: Normal, union: Union): Normal {
  const normals = union.alternatives.map(({ normal }) => normal);
  const [first] = normals;
  if (!first) return { ...base, types: new Set<Atom>() };
  const types = new Set(normals.flatMap((normal) => [...normal.types]));
  if (normals.length === 1) return annotated(first, base);
  const values = listOf(normals);
  if (values) return annotated({ ...first, types, facts: new Map([["enum", values]]) }, base);
  if (areApart(normals)) return annotated(together(normals, types), base);
  return { ...base, place: union.place, typePlace: union.place, types, union };
}

/** The annotations beside a union are nearer than those in it. */
function annotated(normal: Normal, base: Normal): Normal {
  return { ...normal, key: base.key, facts: new Map([...normal.facts, ...base.facts]) };
}

/** All values, where every alternative is nothing but a list of some. */
function listOf(normals: readonly Normal[]): Fact | undefined {
  const lists = normals.map(({ facts }) => facts.get("enum"));
  const [first] = lists;
  const arePlain = normals.every((normal) => isPlain(normal) && [...normal.facts.keys()].every(isListKeyword));
  if (!arePlain || !first || lists.includes(undefined)) return undefined;
  const values = lists.flatMap((fact) => (fact?.value ?? []) as Json[]); // an enum fact is a list
  const unique = values.filter((value, index) => values.findIndex((each) => isDeepStrictEqual(each, value)) === index);
  return { place: first.place, value: unique };
}

function isListKeyword(keyword: string): boolean {
  return keyword === "enum" || isAnnotation(keyword);
}

/** No union and no keyword about the whole of a value, so that what it says is about its types alone. */
function isPlain(normal: Normal): boolean {
  const about = [...normal.facts.keys(), ...normal.schemas.keys()];
  return !normal.union && about.every((name) => typesOfKeyword(name) || isListKeyword(name));
}

function areApart(normals: readonly Normal[]): boolean {
  const count = normals.reduce((sum, { types }) => sum + types.size, 0);
  const keywords = normals.flatMap(({ facts, schemas }) => [...facts.keys(), ...schemas.keys()]);
  const constraints = keywords.filter((name) => !isAnnotation(name));
  return (
    new Set(normals.flatMap(({ types }) => [...types])).size === count &&
    new Set(constraints).size === constraints.length &&
    normals.every((normal) => isPlain(normal) && !normal.facts.has("enum"))
  );
}

function together(normals: readonly Normal[], types: ReadonlySet<Atom>): Normal {
  const of = (type: Atom) => normals.find((normal) => normal.types.has(type));
  const [first] = normals as [Normal, ...Normal[]]; // fold has more than one
  return {
    ...(of("object") ?? first),
    place: first.place,
    typePlace: first.place,
    types,
    prefixItems: of("array")?.prefixItems ?? [],
    facts: new Map(normals.flatMap(({ facts }) => [...facts].filter(([name]) => !isAnnotation(name)))),
    schemas: new Map(normals.flatMap(({ schemas }) => [...schemas])),
  };
}
