import type { Json, JsonObject } from "../../../conformance/json.ts";
import type { Change } from "../../../diff/change.ts";
import { compareDocuments } from "../../../diff/compare.ts";
import { parseDocument } from "../../../diff/load.ts";
import type { ApiDocument } from "../../../diff/place.ts";

/** Two small versions of a document, and what is to be said of the way from one to the other, and of the way back. */
export interface Pair {
  readonly name: string;
  readonly old: ApiDocument;
  readonly new: ApiDocument;
  /** `rule class`, or `rule direction class` where a direction decides; sorted. */
  readonly forth: readonly string[];
  readonly back: readonly string[];
}

/** The day that sunsets are held against. */
export const today = "2026-01-01";

/**
 * Verdicts on a schema: `rule request-class response-class`, with `-` where nothing is found in that direction, or
 * `rule unclear class` for both.
 */
export type SchemaRow = readonly [
  name: string,
  old: Json,
  next: Json,
  forth: readonly string[],
  back: readonly string[],
];

/** A row for whole documents: what is in them, and `rule class` or `rule direction class`. */
export type DocumentRow = readonly [
  name: string,
  old: JsonObject,
  next: JsonObject,
  forth: readonly string[],
  back: readonly string[],
];

/** A pair of a schema row: the schema is what one operation takes, and what it answers. */
export function schemaPair([name, old, next, forth, back]: SchemaRow): Pair {
  return { name, old: echo(old), new: echo(next), forth: forth.flatMap(byDirection), back: back.flatMap(byDirection) };
}

export function openApiPair([name, old, next, forth, back]: DocumentRow): Pair {
  return { name, old: openApi(old), new: openApi(next), forth, back };
}

export function asyncApiPair([name, old, next, forth, back]: DocumentRow): Pair {
  return { name, old: asyncApi(old), new: asyncApi(next), forth, back };
}

/** What is said of a pair, in the form of its expectations. */
export function verdictsOn(old: ApiDocument, next: ApiDocument): string[] {
  return compareDocuments([old], [next], today).map(verdictOf);
}

export function verdictOf({ rule, direction, severity }: Change): string {
  return direction === null ? `${rule} ${severity}` : `${rule} ${direction} ${severity}`;
}

/** A document whose one operation takes and answers a value. `components` beside the schema are its `$defs`. */
export function echo(schema: Json): ApiDocument {
  return openApi({
    paths: {
      "/echo": {
        post: {
          requestBody: { content: { "application/json": { schema } } },
          responses: { "200": { description: "The same.", content: { "application/json": { schema } } } },
        },
      },
    },
    components: { schemas: named },
  });
}

/** Components that schemas of rows refer to. */
const named: JsonObject = {
  Cat: tagged("cat", { lives: { type: "integer" } }),
  Dog: tagged("dog", { tricks: { type: "integer" } }),
  Cow: tagged("cow", {}),
  Kitten: tagged("cat", { lives: { type: "integer" } }),
  Text: { type: "string" },
  Sized: { type: "object", properties: { size: { type: "integer" } } },
  Named: { type: "object", properties: { name: { type: "string" } } },
  Tree: { type: "object", properties: { leaf: { type: "string" }, branch: { $ref: "#/components/schemas/Tree" } } },
  Bush: {
    type: "object",
    properties: { leaf: { type: ["string", "null"] }, branch: { $ref: "#/components/schemas/Bush" } },
  },
};

export function tagged(kind: string, properties: JsonObject): JsonObject {
  return { type: "object", properties: { kind: { type: "string", const: kind }, ...properties }, required: ["kind"] };
}

export function ref(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function openApi(parts: JsonObject): ApiDocument {
  return documentOf({ openapi: "3.1.0", info: { title: "Test", version: "1.0.0" }, paths: {}, ...parts });
}

function asyncApi(parts: JsonObject): ApiDocument {
  return documentOf({ asyncapi: "3.0.0", info: { title: "Test", version: "1.0.0" }, ...parts });
}

function documentOf(root: JsonObject): ApiDocument {
  return parseDocument("test.yaml", JSON.stringify(root));
}

function byDirection(verdict: string): string[] {
  const [rule = "", request = "-", response = "-"] = verdict.split(" ");
  if (request === "unclear") return [verdict, verdict];
  return [
    ...(request === "-" ? [] : [`${rule} request ${request}`]),
    ...(response === "-" ? [] : [`${rule} response ${response}`]),
  ];
}
