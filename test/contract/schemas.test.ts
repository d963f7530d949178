// Every named schema of the published documents says what it is, field by field, and has examples that it accepts: checked
// on the documents alone, so that Zod and what is published of it cannot agree on the same mistake.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonSchema } from "../../scripts/model/json-schema.ts";
import { pointer, publishedAsyncApi, publishedOpenApi } from "./published.ts";
import type { Published, WithSchemas } from "./published.ts";

const documents: Record<string, Published<WithSchemas>> = {
  "openapi.yaml": publishedOpenApi(),
  "asyncapi.yaml": publishedAsyncApi(),
};

for (const [document, { content, errorsOf }] of Object.entries(documents)) {
  for (const [name, schema] of Object.entries(content.components.schemas)) {
    test(`${document}: ${name} is described, field by field`, () => {
      assert.match(schema.description ?? "", /^[A-Z`].*\.$/s);
      assert.deepEqual(undescribedFields(schema), []);
    });

    test(`${document}: ${name} accepts its examples`, () => {
      const { examples = [] } = schema;
      assert.ok(examples.length > 0);
      assert.deepEqual(
        examples.flatMap((example) => errorsOf(pointer("components", "schemas", name), example)),
        [],
      );
    });
  }
}

test("the validator behind these tests refuses what does not fit", () => {
  for (const { errorsOf } of Object.values(documents)) {
    assert.deepEqual(errorsOf(pointer("components", "schemas", "EventId"), "seven"), [": must be integer"]);
    const [first] = errorsOf(pointer("components", "schemas", "Timestamp"), "yesterday");
    assert.match(first ?? "", /^: must match (format|pattern)/);
  }
});

/** The paths of the fields, over any depth, that neither say what they are nor refer to a schema that does. */
function undescribedFields(schema: JsonSchema, path: readonly string[] = []): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(isDescribed(field) ? [] : [[...path, name].join(".")]),
    ...undescribedFields(field, [...path, name]),
  ]);
  const inner = [
    schema.items,
    schema.additionalProperties,
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ];
  return [...own, ...inner.flatMap((part) => (typeof part === "object" ? undescribedFields(part, path) : []))];
}

function isDescribed({ description, $ref, allOf = [] }: JsonSchema): boolean {
  return Boolean(description) || $ref !== undefined || allOf.some(isDescribed);
}
