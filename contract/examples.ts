import * as z from "zod";

/**
 * The first example of a schema, from its `.meta({ examples })`.
 * @throws when the schema has none: each named schema of the contract has one
 */
export function exampleOf<Schema extends z.ZodType>(schema: Schema): z.input<Schema> {
  const { id, examples } = (z.globalRegistry.get(schema) ?? {}) as {
    id?: string;
    examples?: readonly z.input<Schema>[];
  };
  const [example] = examples ?? [];
  if (example === undefined)
    throw new Error(`The schema ${id ?? "without an id"} has no example. Fix: add examples to its .meta().`);
  return example;
}
