import * as z from "zod";
import type { ChannelDefinition, Channels, NamedOperation } from "../../../contract/index.ts";
import { nameMistakes, unfit } from "./checks.ts";
import { fieldMistakes } from "./deprecations.ts";

/** Named schemas have one meaning, say what they are, and have examples that fit; bodies and payloads are named. */
export function schemaMistakes(operations: readonly NamedOperation[], channels: Channels): string[] {
  const roots = [...operations.flatMap(rootsOfOperation), ...Object.entries(channels).flatMap(rootsOfChannel)];
  const seen = new Map<string, z.ZodType>();
  const mistakes: string[] = [];
  for (const { where, schema, named } of roots) {
    if (named && z.globalRegistry.get(schema)?.id === undefined) {
      mistakes.push(`${where} has no name. Fix: add .meta({ id: "…" }) to it.`);
    }
    visitNamed(schema, new Set(), (id, found) => {
      const known = seen.get(id);
      if (known === found) return;
      if (known) mistakes.push(`schema ${id}: two schemas have this name (${where}). Fix: rename one of them.`);
      else mistakes.push(...namedSchemaMistakes(id, found));
      seen.set(id, found);
    });
  }
  return [...new Set(mistakes)];
}

interface RootSchema {
  readonly where: string;
  readonly schema: z.ZodType;
  /** Whether it must be a component of its own. */
  readonly named: boolean;
}

function rootsOfOperation({ id, operation }: NamedOperation): RootSchema[] {
  const { params, query, body, responses } = operation.definition;
  const parameters = [params, query].filter((part) => part !== undefined);
  return [
    ...(body ? [{ where: `rest.${id}: the body`, schema: body, named: true }] : []),
    ...Object.entries(responses).map(([status, schema]) => ({
      where: `rest.${id}: the answer ${status}`,
      schema,
      named: true,
    })),
    ...parameters.map((schema) => ({ where: `rest.${id}: a parameter`, schema, named: false })),
  ];
}

function rootsOfChannel([name, channel]: [string, ChannelDefinition]): RootSchema[] {
  return [
    ...Object.entries(channel.messages).map(([key, { payload }]) => ({
      where: `socket.${name}.${key}: the payload`,
      schema: payload,
      named: true,
    })),
    ...[channel.params, channel.query].map((schema) => ({
      where: `socket.${name}: a parameter`,
      schema,
      named: false,
    })),
  ];
}

function namedSchemaMistakes(id: string, schema: z.ZodType): string[] {
  const { description, examples } = (z.globalRegistry.get(schema) ?? {}) as {
    description?: string;
    examples?: readonly unknown[];
  };
  const mistakes: string[] = nameMistakes(`schema ${id}`, id);
  if (!description) mistakes.push(`schema ${id}: there is no description. Fix: add one to its .meta().`);
  if (!examples?.length) mistakes.push(`schema ${id}: there is no example. Fix: add examples to its .meta().`);
  mistakes.push(...(examples ?? []).flatMap((example) => unfit(`schema ${id}: an example`, schema, example)));
  if (schema instanceof z.ZodObject) {
    const silent = Object.entries(schema.shape).filter(([, field]) => !describes(field));
    mistakes.push(
      ...silent.map(([field]) => `schema ${id}: the field ${field} has no description. Fix: add .describe("…").`),
    );
    mistakes.push(
      ...Object.entries(schema.shape).flatMap(([name, field]) =>
        fieldMistakes(`schema ${id}: the field ${name}`, field),
      ),
    );
  }
  return mistakes;
}

/** Whether a field says what it is, itself or through the named schema that it wraps, or that what is sent has to fit. */
function describes(field: z.core.$ZodType): boolean {
  const { description } = z.globalRegistry.get(field) ?? {};
  const def = (field as z.core.$ZodTypes)._zod.def;
  if (description) return true;
  return def.type === "pipe" ? describes(def.in) || describes(def.out) : "innerType" in def && describes(def.innerType);
}

type Found = (id: string, schema: z.ZodType) => void;

/** Calls `found` for each named schema in a schema, itself included. */
function visitNamed(schema: z.core.$ZodType, visited: Set<z.core.$ZodType>, found: Found): void {
  if (visited.has(schema)) return;
  visited.add(schema);
  const id = z.globalRegistry.get(schema)?.id;
  if (id !== undefined) found(id, schema as z.ZodType);
  for (const child of childrenOf(schema as z.core.$ZodTypes)) visitNamed(child, visited, found);
}

function childrenOf(schema: z.core.$ZodTypes): z.core.$ZodType[] {
  const { parent } = schema._zod; // `.describe()` makes a copy whose parent has the name
  return [...(parent ? [parent] : []), ...partsOf(schema._zod.def)];
}

function partsOf(def: z.core.$ZodTypes["_zod"]["def"]): z.core.$ZodType[] {
  switch (def.type) {
    case "object":
      return [...Object.values(def.shape), ...(def.catchall ? [def.catchall] : [])];
    case "array":
      return [def.element];
    case "union":
      return [...def.options];
    case "record":
      return [def.keyType, def.valueType];
    case "tuple":
      return [...def.items, ...(def.rest ? [def.rest] : [])];
    case "intersection":
      return [def.left, def.right];
    case "pipe":
      return [def.in, def.out];
    case "lazy":
      return [def.getter()];
    default:
      return "innerType" in def ? [def.innerType] : [];
  }
}
