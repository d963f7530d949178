import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject } from "../json.ts";
import { bounds, largestInteger } from "./numbers.ts";
import { alternativesOf, kindsOf, numberAt } from "./schema.ts";
import type { Kind } from "./schema.ts";

/** A value to try in one place, and what is special about it. */
export interface Variant {
  /** `one over maxLength 200`. */
  readonly what: string;
  readonly value: Json;
}

/**
 * The values at the edges of what a flat schema allows, on both sides, without looking into objects and arrays. Whether a
 * value fits is not said here: a validator knows.
 */
export function boundariesOf(schema: JsonObject, root: JsonObject): Variant[] {
  const alternatives = alternativesOf(schema, root) ?? [schema];
  const found = [...wrongTypes, ...alternatives.flatMap(edgesOf)];
  return found.filter(
    ({ value }, index) => found.findIndex((other) => isDeepStrictEqual(other.value, value)) === index,
  );
}

const wrongTypes: readonly Variant[] = [
  { what: "null", value: null },
  { what: "true", value: true },
  { what: "a number", value: 12 },
  { what: "a text", value: "a text" },
  { what: "an empty array", value: [] },
  { what: "an empty object", value: {} },
];

function edgesOf(schema: JsonObject): Variant[] {
  if (schema["const"] !== undefined) return chosen([schema["const"]]);
  if (Array.isArray(schema["enum"])) return chosen(schema["enum"]);
  return kindsOf(schema).flatMap((kind) => edges[kind]?.(schema) ?? []);
}

/** Each value that may be chosen, and ones that are like it and may not. */
function chosen(values: readonly Json[]): Variant[] {
  const [text] = values.filter((value) => typeof value === "string");
  const [number] = values.filter((value) => typeof value === "number");
  return [
    ...values.map((value) => ({ what: `the value ${JSON.stringify(value)}`, value })),
    ...(text === undefined
      ? []
      : [
          { what: "a text that is none of the values", value: `${text}_not` },
          { what: "a value in other letters", value: otherLetters(text) },
          { what: "an empty text", value: "" },
        ]),
    ...(number === undefined ? [] : [{ what: "a number that is none of the values", value: number + 1000.5 }]),
  ];
}

function otherLetters(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

const edges: Readonly<Partial<Record<Kind, (schema: JsonObject) => Variant[]>>> = {
  boolean: () => [
    { what: "false", value: false },
    { what: "a text instead of true", value: "true" },
    { what: "1 instead of true", value: 1 },
  ],
  string: textEdges,
  integer: (schema) => [...numberEdges(schema, 1), { what: "a fraction", value: 1.5 }, digits],
  number: (schema) => [...numberEdges(schema, 0.5), digits],
  array: (schema) => countEdges(schema),
};

const digits: Variant = { what: "a text of digits", value: "1" };

/** Longer than what people write, shorter than any body may be. */
const long = 10_000;

const unicode = "日本語 Ünïcödé e\u{301} 🙂 \u{202e}";

function textEdges(schema: JsonObject): Variant[] {
  const [least, most] = [numberAt(schema, "minLength"), numberAt(schema, "maxLength")];
  const text = (what: string, value: string): Variant => ({ what, value });
  return [
    text("an empty text", ""),
    text("a space", " "),
    text("Unicode", unicode),
    text("control characters", "a\u{0}b\u{1f}c\u{7f}"),
    text("a line break at the end", "text\n"),
    text("a number as a text", "12"),
    ...(least !== undefined && least > 0
      ? [text(`minLength ${least}`, "a".repeat(least)), text(`one under minLength ${least}`, "a".repeat(least - 1))]
      : []),
    ...(most === undefined
      ? [text("a long text", "a".repeat(long))]
      : [
          text(`maxLength ${most}`, "a".repeat(most)),
          text(`maxLength ${most} in characters of two code units`, "🙂".repeat(most)),
          text(`one over maxLength ${most}`, "a".repeat(most + 1)),
        ]),
    ...(typeof schema["format"] === "string" ? timeEdges : []),
  ];
}

/** Dates and times that a careless reader takes, or does not. */
const timeEdges: readonly Variant[] = [
  "2024-02-29T12:30:00Z",
  "2023-02-29T12:30:00Z",
  "2024-01-01T00:00:00.123456Z",
  "2024-01-01T00:00:00+02:00",
  "2024-01-01T24:00:00Z",
  "2024-01-01",
].map((value) => ({ what: `the time ${value}`, value }));

function numberEdges(schema: JsonObject, step: number): Variant[] {
  const [least, most] = bounds(schema, 0);
  const edge = (what: string, value: number): Variant => ({ what, value });
  const isLow = least > -largestInteger;
  const isHigh = most < largestInteger;
  return [
    edge("zero", 0),
    edge("a negative number", -1),
    ...(isLow ? [edge(`the minimum ${least}`, least), edge(`under the minimum ${least}`, least - step)] : []),
    ...(isHigh ? [edge(`the maximum ${most}`, most), edge(`over the maximum ${most}`, most + step)] : []),
    ...(isHigh ? [] : [edge("a large number", largestInteger)]),
  ];
}

function countEdges(schema: JsonObject): Variant[] {
  return schema["uniqueItems"] === true ? [{ what: "the same twice", value: ["a", "a"] }] : [];
}
