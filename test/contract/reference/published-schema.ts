import type { JsonSchema } from "../../../scripts/model/json-schema.ts";
import { enums } from "./enums.ts";
import type { Field, Fields } from "./field.ts";

/** How fields are compared. */
interface Strictness {
  /**
   * Who sends them: what the server sends may be narrower than in the reference, what it takes may be wider. A value that
   * goes both ways is neither.
   */
  readonly sent: "by the server" | "by the client" | "by both";
  /** Whether fields that the reference does not have are findings too. */
  readonly closed?: boolean;
  /** Whether every field is always there: then a field that a client must send is one without a default. */
  readonly complete?: boolean;
}

/** A range of so few whole numbers is an enum in other words. */
const few = 4;

/** Reads the schemas of a published document, and says what they have against the reference. */
export interface SchemaReader {
  /** The type of a schema in the notation of the reference: `string|null`, `AgentState`, `integer[]`. */
  typeOf(schema: JsonSchema): string;
  /** The fields of an object, of the objects in a list, or of the object among several alternatives. */
  objectOf(schema: JsonSchema): Required<Pick<JsonSchema, "properties" | "required">>;
  /** What the fields of an object have against the reference, each as `place: field …`. */
  compare(place: string, schema: JsonSchema, want: Fields, strictness: Strictness): string[];
  /** Whether a type of the document will do for one of the reference. */
  fits(type: string, wanted: string, sent: Strictness["sent"]): boolean;
}

export function createSchemaReader(schemas: Readonly<Record<string, JsonSchema>>): SchemaReader {
  function resolve(schema: JsonSchema): JsonSchema {
    const { $ref, ...own } = schema;
    const target = schemas[$ref?.split("/").at(-1) ?? ""];
    return target ? { ...resolve(target), ...own } : schema;
  }

  function alternatives(schema: JsonSchema): string[] {
    const { anyOf, oneOf, enum: values, const: value, type = "any", items, minimum, maximum } = resolve(schema);
    const several = anyOf ?? oneOf;
    if (several) return several.flatMap(alternatives);
    if (value !== undefined) return [JSON.stringify(value)];
    if (values) return values.map((one) => JSON.stringify(one));
    if (type === "integer" && minimum !== undefined && maximum !== undefined && maximum - minimum < few)
      return Array.from({ length: maximum - minimum + 1 }, (_, index) => String(minimum + index));
    return [type].flat().flatMap((one) => (one === "array" ? listOf(items ?? {}) : one));
  }

  function listOf(items: JsonSchema): string[] {
    return typeOf(items)
      .split("|")
      .map((one) => `${one}[]`);
  }

  function typeOf(schema: JsonSchema): string {
    return withNames(alternatives(schema));
  }

  function objectOf(schema: JsonSchema): ReturnType<SchemaReader["objectOf"]> {
    const { anyOf, oneOf, items, properties, required = [] } = resolve(schema);
    if (properties) return { properties, required };
    if (items) return objectOf(items);
    const members = (anyOf ?? oneOf ?? []).map(objectOf);
    return members.find((member) => Object.keys(member.properties).length > 0) ?? { properties: {}, required: [] };
  }

  function compareField(
    at: string,
    schema: JsonSchema,
    field: Field,
    required: boolean,
    { sent, complete = false }: Strictness,
  ): string[] {
    const found = resolve(schema);
    const type = typeOf(schema);
    const mustBeSent = complete ? !("default" in found) : required;
    const findings: string[] = [];
    if (!fits(type, field.type, sent)) findings.push(`${at} is ${type}, not ${field.type}`);
    if (complete && !required) findings.push(`${at} may be absent`);
    if (field.required !== undefined && mustBeSent !== field.required)
      findings.push(`${at} ${mustBeSent ? "must be sent" : "may be left out"}`);
    if (field.initial !== undefined && JSON.stringify(found.default) !== JSON.stringify(field.initial))
      findings.push(`${at} has the default ${JSON.stringify(found.default)}, not ${JSON.stringify(field.initial)}`);
    return [...findings, ...(field.fields ? compare(at, schema, field.fields, { sent }) : [])];
  }

  const compare: SchemaReader["compare"] = (place, schema, want, strictness) => {
    const { properties, required } = objectOf(schema);
    const findings = Object.entries(want).flatMap(([name, field]) => {
      const property = properties[name];
      if (!property) return [`${place}: ${name} is missing`];
      return compareField(`${place}: ${name}`, property, field, required.includes(name), strictness);
    });
    const more = strictness.closed ? Object.keys(properties).filter((name) => !Object.hasOwn(want, name)) : [];
    return [...findings, ...more.map((name) => `${place}: ${name} is not in the reference`)];
  };

  return { typeOf, objectOf, compare, fits };
}

function fits(type: string, wanted: string, sent: Strictness["sent"]): boolean {
  const [found, want] = [new Set(type.split("|")), new Set(wanted.split("|"))];
  if (sent === "by both") return found.symmetricDifference(want).size === 0;
  const [narrow, wide] = sent === "by the server" ? [found, want] : [want, found];
  return [...narrow].every(
    (one) => wide.has(one) || wide.has(typeOfValue(one)) || wide.has(one.endsWith("[]") ? "any[]" : "any"),
  );
}

/** `"ok"` and `EventSource` -> `string`, `200` -> `integer`: what a value, or the values of an enum, are. */
function typeOfValue(one: string): string {
  const value = /^["\d-]|^(?:true|false)$/.test(one) ? (JSON.parse(one) as unknown) : enums[one]?.[0];
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** `"low"|"high"|null` -> `Level|null`, where these are the values of an enum of the reference. */
function withNames(alternatives: readonly string[]): string {
  const left = new Set(alternatives);
  const names = Object.entries(enums)
    .map(([name, values]) => ({ name, values: values.map((value) => JSON.stringify(value)) }))
    .toSorted((a, b) => b.values.length - a.values.length)
    .filter(({ values }) => values.every((value) => left.has(value)) && values.every((value) => left.delete(value)))
    .map(({ name }) => name);
  return sorted([...names, ...left]);
}

function sorted(parts: readonly string[]): string {
  return parts.toSorted().join("|");
}
