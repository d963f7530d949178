import { gates } from "../../contract/index.ts";
import type { Gate } from "../../contract/index.ts";
import { mapRefs, nameOfRef, refTo } from "../model/json-schema.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import type { ChannelModel, Model, OperationModel, ParameterModel } from "../model/model.ts";
import { formMediaType } from "./openapi/refs.ts";
import { deprecationNote } from "./deprecations.ts";
import { pagingOf } from "./paging.ts";
import { jsDoc, propertyName, sourceHeader } from "./source.ts";
import { emitTypes, typeOf } from "./types.ts";

/** `generated/client/types.ts`: the values that go over the wire. */
export function emitClientTypes(model: Model): string {
  return `${sourceHeader("client.ts", "contract/")}\n${emitTypes(model.allSchemas)}`;
}

/** `generated/client/operations.ts`: what each call takes and gives, and where it goes. Behaviour is in `client/`. */
export function emitClientOperations(model: Model): string {
  // A redirect is for a browser that goes there: there is nothing in it that a program could call.
  const calls = model.operations.filter(({ redirect }) => redirect === undefined);
  const resources = byResource(calls);
  return [
    sourceHeader("client.ts", "contract/rest/*.ts"),
    `import type * as wire from "./types.ts";\n`,
    ...surface(
      calls.filter((call) => !isV1(call)),
      "",
      model,
    ),
    ...surface(calls.filter(isV1), "V1", model),
    `${jsDoc(["The codes with which each operation fails."])}export interface ErrorCodes {\n${resources.map(([resource, operations]) => resourceCodes(resource, operations)).join("")}}\n`,
    `${jsDoc(["The gates that operations are behind, each with the setting of the server that opens it."])}export const gates = ${JSON.stringify(gatesOf(calls))} as const;\n`,
  ].join("\n");
}

function byResource(operations: readonly OperationModel[]): [string, OperationModel[]][] {
  return [...Map.groupBy(operations, ({ resource }) => resource)];
}

/** Behind the gate, and so in tables of their own: whoever uses V0 alone does not carry V1. */
function isV1({ operation }: OperationModel): boolean {
  return operation.metadata.gate === "v1";
}

/** The types and tables of one version. @param version before their names; empty for V0 */
function surface(operations: readonly OperationModel[], version: "" | "V1", model: Model): string[] {
  const resources = byResource(operations);
  const name = (plain: string) => (version === "" ? plain : `v1${plain[0]?.toUpperCase()}${plain.slice(1)}`);
  const of = version === "" ? "" : " of V1";
  return [
    `${jsDoc([`The operations${of} as calls. \`Options\` is what a single call may set besides its request.`])}export interface ${version}Calls<Options> {\n${resources.map(([resource, group]) => resourceCalls(resource, group, model)).join("")}}\n`,
    `${jsDoc([`The method and the path of each operation${of}; the media type where files are sent (a form) or answered; \`@\` and its gate.`])}export const ${name("operations")} = {\n${resources.map(([resource, group]) => resourceTable(resource, group)).join("")}} as const;\n`,
    `${jsDoc([`The operations${of} that take an \`Idempotency-Key\`, with which they can be repeated.`])}export const ${name("keyed")} = [\n${keyedOperations(operations)}] as const;\n`,
    `${jsDoc([`The operations${of} that answer page by page, and the field of a page that holds the items.`])}export const ${name("paged")} = {\n${pagedOperations(operations, model)}} as const;\n`,
  ];
}

/** `generated/client/channels.ts`: what goes over each socket and where it is. Behaviour is in `client/`. */
export function emitClientChannels({ channels }: Model): string {
  return [
    sourceHeader("client.ts", "contract/socket/*.ts"),
    `import type * as wire from "./types.ts";\n`,
    `${jsDoc(["What each channel is connected with, and what goes over it in either direction."])}export interface Channels {\n${channels.map(channelType).join("")}}\n`,
    `${jsDoc(["The path of each channel, and what a close code of the server means."])}export const channels = {\n${channels.map(channelTable).join("")}} as const;\n`,
  ].join("\n");
}

function channelType({ name, definition, parameters, messages }: ChannelModel): string {
  const payloads = (direction: string) =>
    [
      ...new Set(
        messages.filter(({ message }) => message.direction === direction).map(({ payload }) => wireType(payload)),
      ),
    ].join(" | ") || "never";
  return [
    jsDoc([`${definition.summary}.`, "", definition.description], "  "),
    `  ${propertyName(name)}: {\n`,
    `    request: { ${parameters.map(parameterField).join(" ")} };\n`,
    `${jsDoc(["What the server sends."], "    ")}    receives: ${payloads("send")};\n`,
    `${jsDoc(["What a client sends."], "    ")}    sends: ${payloads("receive")};\n`,
    `  };\n`,
  ].join("");
}

function channelTable({ name, definition, template }: ChannelModel): string {
  const rows = definition.closeCodes.map(
    ({ code, summary, reconnect }) => `${code}: ${JSON.stringify({ summary, reconnect })},\n`,
  );
  return `  ${propertyName(name)}: {\n    address: ${JSON.stringify(template)},\n    closeCodes: {\n${rows.join("")}    },\n  },\n`;
}

/**
 * The calls are written out and not derived by a mapped type, through which editors lose the documentation: TypeScript 7.0
 * always, 5.9 at times.
 */
function resourceCalls(resource: string, operations: readonly OperationModel[], model: Model): string {
  const calls = operations.map((operation) => callType(operation, model));
  return `  readonly ${propertyName(resource)}: {\n${calls.join("")}  };\n`;
}

function callType(operation: OperationModel, model: Model): string {
  const hasBody = operation.body?.required === true || operation.upload !== undefined;
  const required = hasBody || operation.parameters.some((parameter) => parameter.required);
  const request = `request${required ? "" : "?"}: ${requestType(operation)}`;
  const bodies = operation.responses.map(({ schema }) => wireType(schema)).join(" | ");
  const response = operation.download ? "Blob" : bodies || "never";
  const paging = pagingOf(operation, model);
  const items = paging ? ` & AsyncIterable<${wireType(paging.item)}>` : "";
  return `${documentation(operation, paging !== undefined)}    readonly ${propertyName(operation.name)}: (${request}, options?: Options) => Promise<${response}>${items};\n`;
}

function gatesOf(operations: readonly OperationModel[]): Readonly<Record<string, string>> {
  const used = new Set(operations.map(({ operation }) => operation.metadata.gate));
  return Object.fromEntries(Object.entries(gates).filter(([gate]) => used.has(gate as Gate)));
}

function keyedOperations(operations: readonly OperationModel[]): string {
  const keyed = operations.filter(({ operation }) => operation.metadata.idempotencyKey);
  return keyed.map(({ resource, name }) => `  ${JSON.stringify(`${resource}.${name}`)},\n`).join("");
}

function pagedOperations(operations: readonly OperationModel[], model: Model): string {
  const rows = operations.map((operation) => {
    const paging = pagingOf(operation, model);
    const id = JSON.stringify(`${operation.resource}.${operation.name}`);
    return paging ? `  ${id}: ${JSON.stringify(paging.field)},\n` : "";
  });
  return rows.join("");
}

function resourceCodes(resource: string, operations: readonly OperationModel[]): string {
  const rows = operations.map(({ name, operation }) => {
    const codes = operation.metadata.errors.map((code) => JSON.stringify(code));
    return `    ${propertyName(name)}: ${codes.join(" | ")};\n`;
  });
  return `  ${propertyName(resource)}: {\n${rows.join("")}  };\n`;
}

function documentation({ operation, template }: OperationModel, paged: boolean): string {
  const { summary, description, deprecation } = operation.metadata;
  const text = [`${summary}: \`${operation.method} ${template}\``, "", description];
  if (paged) text.push("", "`await` gives one page; `for await` gives the items of this page and of all that follow.");
  return jsDoc(text, "    ", deprecation && deprecationNote(deprecation));
}

/** Parameters by name, and the body under `body`: so no parameter can clash with a field of the body. */
function requestType({ parameters, body, upload }: OperationModel): string {
  const fields = parameters.map(parameterField);
  if (body) fields.push(`body${body.required ? "" : "?"}: ${wireType(body.schema)};`);
  if (upload) {
    const files = `readonly { readonly name: string; readonly content: BlobPart }[]`;
    fields.push(`body: { ${jsDoc([upload.description])}readonly ${propertyName(upload.field)}: ${files} };`);
  }
  return fields.length === 0 ? "Record<string, never>" : `{ ${fields.join(" ")} }`;
}

function parameterField({ name, required, schema }: ParameterModel): string {
  const comment = schema.description === undefined ? "" : jsDoc([schema.description]);
  const type = `${schema.type === "array" ? "readonly " : ""}${wireType(schema)}`;
  return `\n${comment}${propertyName(name)}${required ? `: ${type}` : `?: ${type} | undefined`};`;
}

/** A type as this file writes it, where the named ones stand in another module. */
function wireType(schema: JsonSchema): string {
  return typeOf(mapRefs(schema, (ref) => refTo(`wire.${nameOfRef(ref)}`)));
}

function resourceTable(resource: string, operations: readonly OperationModel[]): string {
  const rows = operations.map(({ name, operation, template, upload, download }) => {
    const files = upload ? formMediaType : download?.mediaType;
    const { gate } = operation.metadata;
    const parts = [operation.method, template, ...(files ? [files] : []), ...(gate ? [`@${gate}`] : [])];
    return `    ${propertyName(name)}: ${JSON.stringify(parts.join(" "))},\n`;
  });
  return `  ${propertyName(resource)}: {\n${rows.join("")}  },\n`;
}
