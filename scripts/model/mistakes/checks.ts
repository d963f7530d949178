import type * as z from "zod";

/** The names in a path of the form `/a/:b`. */
export function pathParameterNames(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string); // the group is not optional
}

/** Path parameters and their schemas name each other. */
export function pathMistakes(where: string, path: string, params: z.ZodObject | undefined): string[] {
  const inPath = pathParameterNames(path);
  const inSchema = Object.keys(params?.shape ?? {});
  const missing = inPath.filter((name) => !inSchema.includes(name));
  const unused = inSchema.filter((name) => !inPath.includes(name));
  if (missing.length === 1 && unused.length === 1) {
    return [`${where}: the path has {${missing[0]}} but params has ${unused[0]}. Fix: rename one of them.`];
  }
  return [
    ...missing.map((name) => `${where}: the path parameter {${name}} has no schema. Fix: add ${name} to params.`),
    ...unused.map(
      (name) =>
        `${where}: params has ${name}, which is not in the path ${path}. Fix: add :${name} to the path, or drop it.`,
    ),
  ];
}

/** What a schema has against a value. */
export function unfit(what: string, schema: z.ZodType | undefined, value: unknown): string[] {
  if (!schema)
    return value === undefined || isEmpty(value) ? [] : [`${what} has no schema. Fix: declare one, or drop it.`];
  const result = schema.safeParse(value);
  if (result.success) return [];
  const issues = result.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  return [`${what} does not fit its schema (${issues.join("; ")}). Fix: change the example or the schema.`];
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Names become names in the generated code, so they must be names there too. */
export function nameMistakes(where: string, name: string): string[] {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name)
    ? []
    : [
        `${where}: ${JSON.stringify(name)} is no name in code. Fix: use letters, digits and underscores, a letter first.`,
      ];
}

/** A mistake for each value that has the key of an earlier one, and none for a third of them. */
export function duplicates<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
  mistake: (value: Value) => string,
): string[] {
  const groups = Map.groupBy(values, keyOf).values();
  return [...groups].flatMap(([, second]) => (second === undefined ? [] : [mistake(second)]));
}
