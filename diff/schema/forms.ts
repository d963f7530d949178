import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../conformance/json.ts";
import type { RuleId } from "../rules.ts";
import { plain, shown } from "../text.ts";
import type { Pair } from "./comparison.ts";
import { haveBoth } from "./type.ts";

/** Formats of which every value is one of another format too. */
const wider: Readonly<Record<string, readonly string[]>> = {
  int32: ["int64"],
  float: ["double"],
  email: ["idn-email"],
  hostname: ["idn-hostname"],
  uri: ["uri-reference", "iri", "iri-reference"],
  "uri-reference": ["iri-reference"],
  iri: ["iri-reference"],
};

/** The form of texts and numbers: formats, patterns, encodings. */
export function compareForms(pair: Pair): void {
  const areNumbers = haveBoth(pair, "integer") || haveBoth(pair, "fraction");
  if (haveBoth(pair, "string") || areNumbers) compareKeyword(pair, "format", formatRule);
  if (!haveBoth(pair, "string")) return;
  compareKeyword(pair, "pattern", patternRule);
  compareKeyword(pair, "contentEncoding", () => "content-changed");
  compareKeyword(pair, "contentMediaType", () => "content-changed");
}

function compareKeyword(pair: Pair, keyword: string, ruleOf: (before: Json[], after: Json[]) => RuleId): void {
  const [before, after] = [pair.old.facts.get(keyword), pair.new.facts.get(keyword)];
  const [from, to] = [listOf(before?.value), listOf(after?.value)];
  if (isDeepStrictEqual(new Set(from), new Set(to))) return;
  pair.report({
    rule: ruleOf(from, to),
    old: before?.place ?? pair.old.place,
    new: after?.place ?? pair.new.place,
    ...(before && { before: before.value }),
    ...(after && { after: after.value }),
    what: `${keyword} is ${shown(after?.value)} instead of ${shown(before?.value)}.`,
  });
}

function formatRule(before: Json[], after: Json[]): RuleId {
  if (before.every((format) => after.some((other) => isWithin(other, format)))) return "format-narrowed";
  if (after.every((format) => before.some((other) => isWithin(other, format)))) return "format-widened";
  return "format-changed";
}

/** Whether every value of the one format is one of the other. */
function isWithin(format: Json, other: Json): boolean {
  return format === other || (wider[plain(format)] ?? []).includes(plain(other));
}

function patternRule(before: Json[], after: Json[]): RuleId {
  if (before.every((pattern) => after.includes(pattern))) return "pattern-added";
  if (after.every((pattern) => before.includes(pattern))) return "pattern-removed";
  return "pattern-changed";
}

/** Several come from `allOf`, where all of them must fit. */
function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
