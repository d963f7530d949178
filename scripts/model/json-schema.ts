/** A JSON Schema as plain data, as far as the contract uses the vocabulary. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
  description?: string;
  examples?: unknown[];
  /** Of a parameter that is a list: whether it is repeated for each entry, instead of joined with commas. */
  explode?: boolean;
  deprecated?: boolean;
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  [keyword: `x-${string}`]: unknown;
}

const refPrefix = "#/components/schemas/";

/** `Event` -> the reference to the component of that name, the same in OpenAPI and AsyncAPI. */
export function refTo(name: string): string {
  return `${refPrefix}${name}`;
}

/** The component that a reference names. */
export function nameOfRef(ref: string): string {
  return ref.slice(refPrefix.length);
}

/** A copy of a schema with each `$ref` in it replaced by what `rename` makes of it. */
export function mapRefs(schema: JsonSchema, rename: (ref: string) => string): JsonSchema {
  return mapNode(schema, rename) as JsonSchema;
}

function mapNode(node: unknown, rename: (ref: string) => string): unknown {
  if (Array.isArray(node)) return node.map((item) => mapNode(item, rename));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(
    Object.entries(node).map(([keyword, value]) => [keyword, mapKeyword(keyword, value, rename)]),
  );
}

function mapKeyword(keyword: string, value: unknown, rename: (ref: string) => string): unknown {
  if (keyword === "$ref") return rename(String(value));
  if (isData(keyword)) return value;
  if (keyword !== "properties") return mapNode(value, rename);
  // The keys in here are names, which may be those of keywords: a property called `default` has a schema all the same.
  return Object.fromEntries(Object.entries(value as object).map(([name, schema]) => [name, mapNode(schema, rename)]));
}

/** Keywords whose values are data, in which a `$ref` would be no reference. */
function isData(keyword: string): boolean {
  return ["examples", "default", "const", "enum"].includes(keyword) || keyword.startsWith("x-");
}

/** The names of the components that a schema refers to, directly. */
export function refsOf(schema: JsonSchema): Set<string> {
  const names = new Set<string>();
  mapRefs(schema, (ref) => {
    names.add(nameOfRef(ref));
    return ref;
  });
  return names;
}

/** The components that schemas lead to, over any number of references, in the order of `components`. */
export function reachableFrom(
  roots: readonly JsonSchema[],
  components: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  const reached = new Set<string>();
  const visit = (schema: JsonSchema): void => {
    for (const name of refsOf(schema)) {
      const component = components[name];
      if (reached.has(name) || !component) continue;
      reached.add(name);
      visit(component);
    }
  };
  roots.forEach(visit);
  return Object.fromEntries(Object.entries(components).filter(([name]) => reached.has(name)));
}
