import type { Channels, Deprecation, NamedOperation } from "../../contract/index.ts";
import type { JsonSchema } from "./json-schema.ts";
import { pathTemplate } from "./paths.ts";

/** Something that is deprecated or gone, with its names for a person, in Markdown. */
export interface DeprecationModel extends Deprecation {
  /** `POST /api/reset-settings`, `oh_action` on a socket's address, a field of the schemas that have it. */
  readonly what: string;
  /** What to use instead, with its address where it has one. */
  readonly instead: string;
}

/** Everything that is deprecated or gone: operations, messages and fields, in the order of the contract. */
export function deprecationModels(
  operations: readonly NamedOperation[],
  channels: Channels,
  schemas: Readonly<Record<string, JsonSchema>>,
): DeprecationModel[] {
  return [...ofOperations(operations), ...ofMessages(channels), ...ofFields(schemas)];
}

/** The entry that the contract has put into the schema of a field or a payload. */
export function deprecationOf(schema: JsonSchema): Deprecation | undefined {
  return schema["x-deprecation"] as Deprecation | undefined;
}

function ofOperations(operations: readonly NamedOperation[]): DeprecationModel[] {
  const addresses = new Map(
    operations.map(({ id, operation: { method, path } }) => [id, code(`${method} ${pathTemplate(path)}`)]),
  );
  return operations.flatMap(({ id, operation: { metadata } }) =>
    metadata.deprecation
      ? {
          ...metadata.deprecation,
          what: addresses.get(id) ?? id,
          instead: addresses.get(metadata.deprecation.replacement) ?? metadata.deprecation.replacement,
        }
      : [],
  );
}

function ofMessages(channels: Channels): DeprecationModel[] {
  return Object.values(channels).flatMap(({ address, messages }) =>
    Object.values(messages).flatMap(({ name, deprecation }) =>
      deprecation
        ? {
            ...deprecation,
            what: `the message ${code(name)} on ${code(pathTemplate(address))}`,
            instead: code(deprecation.replacement),
          }
        : [],
    ),
  );
}

/** A field that several schemas have, and that is deprecated in all of them for the same reason, is one. */
function ofFields(schemas: Readonly<Record<string, JsonSchema>>): DeprecationModel[] {
  const fields = Object.entries(schemas).flatMap(([schema, { properties = {} }]) =>
    Object.entries(properties).flatMap(([name, field]) => {
      const deprecation = deprecationOf(field);
      return deprecation ? [{ name, schema, deprecation }] : [];
    }),
  );
  const same = Map.groupBy(fields, ({ name, deprecation }) => JSON.stringify([name, deprecation]));
  return [...same.values()].flatMap(([first, ...others]) =>
    first
      ? {
          ...first.deprecation,
          what: `the field ${code(first.name)} of ${[first, ...others].map(({ schema }) => code(schema)).join(", ")}`,
          instead: code(first.deprecation.replacement),
        }
      : [],
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
