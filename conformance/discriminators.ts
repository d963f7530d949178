import { atPointer, isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

/**
 * A copy of a document for Ajv, in which every `oneOf` whose alternatives tell themselves apart by a constant says so with
 * `discriminator: { propertyName }`, and no other `discriminator` is left.
 *
 * The value that fits is the same with and without: the constants differ, so one alternative can fit at the most. The
 * messages are not: without it, a wrong event is answered with the complaints of all kinds of events. The
 * document's own `discriminator` cannot stay, since Ajv refuses its `mapping` and AsyncAPI's is a bare name.
 */
export function withDiscriminators(root: JsonObject): JsonObject {
  const copy = structuredClone(root);
  visit(copy, copy);
  return copy;
}

function visit(value: Json, root: JsonObject): void {
  if (Array.isArray(value)) for (const item of value) visit(item, root);
  if (!isObject(value)) return;
  for (const inner of Object.values(value)) visit(inner, root);
  if (!Array.isArray(value["oneOf"])) return;
  delete value["discriminator"];
  const tag = tagOf(value["oneOf"], root);
  if (tag === undefined) return;
  value["discriminator"] = { propertyName: tag };
  value["type"] ??= "object"; // Ajv's discriminator asks for it
}

/** The property that is required in every alternative and a different constant text in each. */
function tagOf(alternatives: readonly Json[], root: JsonObject): string | undefined {
  const schemas = alternatives.map((alternative) => resolve(alternative, root));
  const [first] = schemas;
  if (!isObject(first?.["properties"])) return undefined;
  return Object.keys(first["properties"]).find((name) => {
    const constants = schemas.map((schema) => constantOf(schema, name));
    return !constants.includes(undefined) && new Set(constants).size === constants.length;
  });
}

function constantOf(schema: JsonObject | undefined, name: string): string | undefined {
  const { type, properties, required } = schema ?? {};
  if (type !== "object" || !isObject(properties) || !Array.isArray(required) || !required.includes(name))
    return undefined;
  const property = properties[name];
  return isObject(property) && typeof property["const"] === "string" ? property["const"] : undefined;
}

function resolve(schema: Json, root: JsonObject): JsonObject | undefined {
  if (!isObject(schema)) return undefined;
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const target = reference.startsWith("#") ? atPointer(root, reference.slice(1)) : undefined;
  return isObject(target) && target["$ref"] === undefined ? target : undefined;
}
