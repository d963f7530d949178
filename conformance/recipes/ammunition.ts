import { randomInt } from "node:crypto";
import { child, children } from "../documents.ts";
import type { DocumentNode } from "../documents.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { parameterValue } from "../parameter-text.ts";
import type { Validator } from "../schemas.ts";

/**
 * A value that nearly fits a schema: the example with one field of a wrong type. The schema itself is asked whether it is
 * wrong, so that a case never blames a server for accepting what the document allows.
 * @returns undefined when nothing that was tried is wrong
 */
export function brokenJson(validator: Validator, schema: DocumentNode, example: Json | undefined): Json | undefined {
  const base = isObject(example) ? example : {};
  const candidates: Json[] = [];
  for (const name of breakableNames(schema, base))
    for (const value of wrongTypes) candidates.push({ ...base, [name]: value });
  candidates.push("a text", []);
  return candidates.find((candidate) => validator.mismatches(schema, candidate).length > 0);
}

/**
 * Another value of the same kind: the given one with one of its texts made longer.
 * @param fits whether the document allows a value
 * @returns undefined when it allows no longer text
 */
export function anotherJson(value: Json, fits: (variant: Json) => boolean): Json | undefined {
  return variantsOf(value).find(fits);
}

function variantsOf(value: Json): Json[] {
  if (typeof value === "string") return [`${value}x`];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    variantsOf(member).map((variant) => ({ ...value, [name]: variant })),
  );
}

/** A text that does not fit the schema of a parameter or header; undefined when every text fits. */
export function brokenText(validator: Validator, schema: DocumentNode): string | undefined {
  return texts.find((text) => validator.mismatches(schema, parameterValue(schema, text)).length > 0);
}

/** An id of the same form as an example that, by all chances, nothing has: letters and digits are drawn anew. */
export function unknownId(example: string): string {
  return example.replace(/[0-9]/g, () => String(randomInt(10))).replace(/[a-f]/g, () => "abcdef"[randomInt(6)] ?? "a");
}

const wrongTypes: readonly Json[] = [{ unexpected: true }, 12.5, "a text", true, [], null];

const texts = ["not a value", "x".repeat(5000), "", "-1"];

/** Fields whose value tells nothing about the kind of the whole come first: breaking `type` breaks something else. */
function breakableNames(schema: DocumentNode, base: JsonObject): string[] {
  const declared = children(child(schema, "properties"));
  const names = new Set([...Object.keys(base), ...declared.map(([name]) => name)]);
  for (const [name, property] of declared) if (child(property, "const")) names.delete(name);
  return [...names];
}
