import { deprecationOf } from "../model/deprecations.ts";
import { nameOfRef } from "../model/json-schema.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import { deprecationNote } from "./deprecations.ts";
import { jsDoc, propertyName } from "./source.ts";

/** The declarations of the named schemas, one exported type each, in their order. */
export function emitTypes(schemas: Readonly<Record<string, JsonSchema>>): string {
  return Object.entries(schemas)
    .map(([name, schema]) => `${jsDoc([schema.description ?? name], "", noteOf(schema))}${declaration(name, schema)}`)
    .join("\n");
}

function declaration(name: string, schema: JsonSchema): string {
  return isPlainObject(schema)
    ? `export interface ${name} ${typeOf(schema)}\n`
    : `export type ${name} = ${typeOf(schema)};\n`;
}

function isPlainObject({ type, properties }: JsonSchema): boolean {
  return type === "object" && properties !== undefined && Object.keys(properties).length > 0;
}

/** What narrows a type in ways that TypeScript cannot say, or only describes it. */
const typelessKeywords = new Set([
  ...["description", "examples", "default", "format", "pattern", "discriminator", "propertyNames", "x-depends-on"],
  ...["deprecated", "x-sunset", "x-deprecation"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "uniqueItems"],
]);

const typedKeywords = new Set([
  ...["$ref", "const", "enum", "oneOf", "anyOf", "allOf", "type"],
  ...["items", "properties", "required", "additionalProperties"],
]);

/**
 * The TypeScript type of the values that a schema accepts. Bounds, patterns and formats have no type and are left out.
 * @throws when the schema uses a keyword that would be lost without a word
 */
export function typeOf(schema: JsonSchema): string {
  const unknown = Object.keys(schema).find((keyword) => !typelessKeywords.has(keyword) && !typedKeywords.has(keyword));
  if (unknown) throw new Error(`There is no TypeScript type for the JSON Schema keyword ${JSON.stringify(unknown)}.`);
  if (schema.$ref !== undefined) return nameOfRef(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return union(options.map(typeOf));
  if (schema.allOf) return schema.allOf.map(operand).join(" & ");
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })));
  return typeOfKind(schema);
}

function typeOfKind(schema: JsonSchema): string {
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `${operand(schema.items ?? {})}[]`;
    case "object":
      return objectType(schema);
    case undefined:
      return "unknown";
    default:
      throw new Error(`There is no TypeScript type for the JSON Schema type ${JSON.stringify(schema.type)}.`);
  }
}

/** Where the fields are known, whatever else the object may hold is `unknown`: an index type would have to fit the fields too. */
function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)));
  const others = typeof additionalProperties === "object" || additionalProperties === true;
  if (fields.length > 0) return `{\n${fields.join("")}${others ? "  [key: string]: unknown;\n" : ""}}`;
  return `Record<string, ${valueType(additionalProperties)}>`;
}

function valueType(additionalProperties: JsonSchema | boolean | undefined): string {
  if (typeof additionalProperties === "object") return typeOf(additionalProperties);
  return additionalProperties === false ? "never" : "unknown";
}

function field(name: string, schema: JsonSchema, required: boolean): string {
  const comment = schema.description === undefined ? "" : jsDoc([schema.description], "  ", noteOf(schema));
  return `${comment}  ${propertyName(name)}${required ? "" : "?"}: ${typeOf(schema)};\n`;
}

function noteOf(schema: JsonSchema): string | undefined {
  const deprecation = deprecationOf(schema);
  return deprecation && deprecationNote(deprecation);
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(" | ") || "never";
}

/** A type that stands in another one: in parentheses when it has an operator of its own. */
function operand(schema: JsonSchema): string {
  return isCompound(schema) ? `(${typeOf(schema)})` : typeOf(schema);
}

function isCompound({ $ref, oneOf, anyOf, allOf, enum: values = [], type }: JsonSchema): boolean {
  if ($ref !== undefined) return false;
  const parts = oneOf ?? anyOf ?? allOf ?? [];
  return parts.length > 1 || parts.some(isCompound) || values.length > 1 || Array.isArray(type);
}
