import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { mapRefs, nameOfRef, refTo, refsOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { throwMistakes } from "./mistakes.ts";

/** Which way a value goes: `input` is what a client may send, `output` what it gets, with defaults filled in and objects closed. */
export type Direction = "input" | "output";

/** The dialect of a document: OpenAPI 3.1 speaks 2020-12, AsyncAPI's tools default to draft-07. */
export type Dialect = "draft-2020-12" | "draft-07";

/** Collects the named schemas of one document. */
export interface ComponentCollector {
  /** Converts a root schema and takes note of the named schemas in it. */
  add(schema: z.ZodType, direction: Direction): Root;
  /**
   * Ends the collection: only when every root is known is it clear which names mean different things in the two directions.
   * @throws {ContractError} when the name of such an input side is taken
   */
  finish(): Components;
}

/** A root schema that refers to components by their names in the contract. */
export interface Root {
  readonly schema: JsonSchema;
  readonly direction: Direction;
}

export interface Components {
  /** The final form of a root. */
  resolve(root: Root): JsonSchema;
  /** The named schemas, sorted by name. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

export function createComponentCollector(dialect: Dialect): ComponentCollector {
  const named: Named = { input: new Map(), output: new Map() };
  return {
    add(schema, direction) {
      const { root, definitions } = convert(schema, direction, dialect);
      for (const [name, definition] of definitions) named[direction].set(name, definition);
      return { schema: root, direction };
    },
    finish: () => finish(named),
  };
}

type Named = Record<Direction, Map<string, JsonSchema>>;

function finish(named: Named): Components {
  const split = splitNames(named);
  throwMistakes(inputNameMistakes(named, split));
  const entries = (["output", "input"] as const).flatMap((direction) =>
    [...named[direction]].map(([name, schema]): [string, JsonSchema] => [
      finalName(name, direction, split),
      rename(schema, direction, split),
    ]),
  );
  const plain = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const schemas = Object.fromEntries(Object.entries(plain).map(([name, schema]) => [name, withMapping(schema, plain)]));
  return { schemas, resolve: ({ schema, direction }) => withMapping(rename(schema, direction, split), schemas) };
}

/** The names whose two directions differ, or refer to a name whose directions differ. */
function splitNames(named: Named): Set<string> {
  const shared = [...named.input].filter(([name]) => named.output.has(name));
  const split = new Set(
    shared.filter(([name, schema]) => !isDeepStrictEqual(schema, named.output.get(name))).map(([name]) => name),
  );
  let before: number;
  do {
    before = split.size;
    for (const [name, schema] of shared) {
      if (!refsOf(schema).isDisjointFrom(split)) split.add(name);
    }
  } while (split.size > before);
  return split;
}

/** `XInput` is ours where the two directions of `X` differ, so nothing else may have that name. */
function inputNameMistakes(named: Named, split: Set<string>): string[] {
  return [...split]
    .filter((name) => named.input.has(`${name}Input`) || named.output.has(`${name}Input`))
    .map((name) => `schema ${name}Input: the name is needed for what a client sends as ${name}. Fix: rename it.`);
}

function finalName(name: string, direction: Direction, split: Set<string>): string {
  return direction === "input" && split.has(name) ? `${name}Input` : name;
}

function rename(schema: JsonSchema, direction: Direction, split: Set<string>): JsonSchema {
  return mapRefs(schema, (ref) => refTo(finalName(nameOfRef(ref), direction, split)));
}

function convert(schema: z.ZodType, direction: Direction, dialect: Dialect) {
  const converted = z.toJSONSchema(schema, {
    io: direction,
    target: dialect,
    override: ({ zodSchema, jsonSchema }) => {
      complete(zodSchema, jsonSchema, dialect);
      if (direction === "output") fillExamples(zodSchema, jsonSchema);
      else restoreValues(zodSchema, jsonSchema);
    },
  });
  const { $schema: _, $defs, definitions, ...root } = converted;
  const own = Object.entries({ ...$defs, ...(definitions as typeof $defs) }) as [string, JsonSchema][];
  return {
    root: onComponents(root as JsonSchema),
    definitions: own.map(([name, definition]): [string, JsonSchema] => [name, onComponents(definition)]),
  };
}

function onComponents(schema: JsonSchema): JsonSchema {
  return mapRefs(withoutIds(schema), (ref) => refTo(ref.replace(/^#\/(\$defs|definitions)\//, "")));
}

function withoutIds(schema: JsonSchema): JsonSchema {
  const { $id: _, id: __, ...rest } = schema as JsonSchema & { $id?: string; id?: string };
  return rest;
}

/** RFC 3339 in UTC: what the format `date-time` allows besides (other zones, a space, small letters, second 60) does not fit. */
const utcTime = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d(\\.\\d+)?Z$";

/** Says what zod's own conversion leaves out, and leaves out what only zod needs. */
function complete(zodSchema: z.core.$ZodTypes, jsonSchema: z.core.JSONSchema.BaseSchema, dialect: Dialect): void {
  const { def } = zodSchema._zod;
  // The format says it, but for the zone; zod's pattern for it is 260 characters long and mostly about leap years. A time
  // without a zone has no format, so that its pattern stays.
  if (jsonSchema.format === "date-time") jsonSchema.pattern = utcTime;
  else if ("format" in def && (def.format === "datetime" || def.format === "date") && !isLocalTime(def, jsonSchema))
    delete jsonSchema.pattern;
  if (jsonSchema.type === "integer") {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  }
  // `discriminator` is OpenAPI's keyword; AsyncAPI's parser refuses the object form.
  if (def.type === "union" && "discriminator" in def && dialect === "draft-2020-12") {
    jsonSchema["discriminator"] = { propertyName: def.discriminator };
  }
}

/** Whether it is about times without a zone too, and not a reference to what is. */
function isLocalTime(def: object, { $ref }: z.core.JSONSchema.BaseSchema): boolean {
  return "local" in def && def.local === true && $ref === undefined;
}

/** An example is written as a client may send it; what comes back has the defaults filled in. */
function fillExamples(zodSchema: z.core.$ZodTypes, jsonSchema: z.core.JSONSchema.BaseSchema): void {
  if (!jsonSchema.examples) return;
  jsonSchema.examples = jsonSchema.examples.map((example) => {
    const filled = z.safeParse(zodSchema, example);
    return filled.success ? filled.data : example;
  });
}

/**
 * Where a schema changes what it reads, zod takes its examples and defaults for what comes out of it and leaves them out of
 * the input. Ours are written as a client may send them, and a default is one when the schema takes it for itself.
 */
function restoreValues(zodSchema: z.core.$ZodTypes, jsonSchema: z.core.JSONSchema.BaseSchema): void {
  const { def } = zodSchema._zod;
  const { id, examples } = (z.globalRegistry.get(zodSchema) ?? {}) as { id?: string; examples?: unknown[] };
  if (id !== undefined && examples) jsonSchema.examples ??= examples;
  if (def.type !== "default" || "default" in jsonSchema) return;
  const taken = z.safeParse(def.innerType, def.defaultValue);
  if (taken.success && isDeepStrictEqual(taken.data, def.defaultValue)) jsonSchema.default = def.defaultValue as never;
}

/**
 * Completes the discriminator of one schema, when it has one. OpenAPI's takes references only, so a union with an option
 * that has no name does without, and so does one of which several options have the same value: its `oneOf` says all the same.
 * @see https://spec.openapis.org/oas/v3.1.1.html#discriminator-object
 */
function withMapping(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { discriminator, ...rest } = schema;
  if (!discriminator) return schema;
  const refs = (rest.oneOf ?? []).map(({ $ref }) => $ref);
  if (refs.includes(undefined)) return rest;
  const entries = refs.flatMap((ref = "") => mappingOf(ref, discriminator.propertyName, components));
  const mapping = Object.fromEntries(entries);
  if (Object.keys(mapping).length < entries.length) return rest;
  return { ...schema, discriminator: { ...discriminator, mapping } };
}

/** The values by which a component is told apart, each with the reference to it, or to the option of it that has the value. */
function mappingOf(
  ref: string,
  property: string,
  components: Readonly<Record<string, JsonSchema>>,
): [string, string][] {
  const { oneOf, properties } = components[nameOfRef(ref)] ?? {};
  if (oneOf) return oneOf.flatMap(({ $ref }) => ($ref === undefined ? [] : mappingOf($ref, property, components)));
  const { const: only, enum: several = [only] } = properties?.[property] ?? {};
  return several.map((value) => [String(value), ref]);
}
