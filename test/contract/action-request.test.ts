// What Zod accepts as an action and what the published JSON Schema accepts is the same, for values near the valid ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ActionEvent, ActionRequest } from "../../contract/index.ts";
import { exampleOf } from "../../contract/examples.ts";
import { pointer, publishedAsyncApi, publishedOpenApi } from "./published.ts";

const published = { openapi: publishedOpenApi(), asyncapi: publishedAsyncApi() };
const schema = pointer("components", "schemas", "ActionRequest");

const formerFields = ["is_confirmed", "images_urls"];

type Args = Record<string, unknown>;

/** Half of the time something that fits a field somewhere, else any JSON value. */
const anyValue = fc
  .oneof(fc.constantFrom("confirmed", "default", "", 0, -1, 2, 1.5, true, null, [], ["a"]), fc.jsonValue())
  .filter((value) => !holdsUnsafeInteger(value));

/** Zod's integers are safe ones. The documents leave that bound out, on purpose: it would stand beside every integer. */
function holdsUnsafeInteger(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnsafeInteger);
}

const validRequests = ActionRequest.options.map((option) => {
  const { action, args } = exampleOf(option);
  const argsSchema = ActionEvent.options.find(({ shape }) => shape.action.value === action)?.shape.args;
  const complete: Args = argsSchema?.parse(args) ?? {};
  return { action: action as string, args: complete, fields: Object.keys(complete) };
});

/** A valid request with some fields left out, some replaced and some added. */
const nearlyValid = fc.constantFrom(...validRequests).chain(({ action, args, fields }) =>
  fc
    .record({
      left: fc.subarray(fields),
      replaced: fc.dictionary(fc.constantFrom(...fields, ...formerFields, "unknown_field"), anyValue, { maxKeys: 2 }),
      named: fc.oneof({ weight: 9, arbitrary: fc.constant(action) }, { weight: 1, arbitrary: fc.string() }),
    })
    .map(({ left, replaced, named }) => ({
      action: named,
      args: { ...Object.fromEntries(Object.entries(args).filter(([field]) => left.includes(field))), ...replaced },
    })),
);

for (const [document, { errorsOf }] of Object.entries(published)) {
  test(`Zod and ${document}.yaml agree on what an ActionRequest is`, () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(nearlyValid, (value) => {
        const { success } = ActionRequest.safeParse(value);
        seen[success ? "accepted" : "refused"] += 1;
        assert.equal(errorsOf(schema, value).length === 0, success);
      }),
      { numRuns: 2000, seed: 20261122 },
    );
    assert.ok(seen.accepted > 200 && seen.refused > 200, `a lopsided sample shows little: ${JSON.stringify(seen)}`);
  });
}
