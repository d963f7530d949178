import * as z from "zod";
import type {
  ChannelDefinition,
  ChannelMessage,
  Channels,
  Contract,
  Download,
  ErrorCode,
  NamedOperation,
  OperationExample,
  OtherDifferences,
  Upload,
} from "../../contract/index.ts";
import {
  envelopeOf,
  errorCatalogue,
  errorEnvelope,
  errorUnion,
  operationsOf,
  requestHeaders,
  standardHeaders,
} from "../../contract/index.ts";
import { createComponentCollector } from "./components.ts";
import type { Dialect, Direction } from "./components.ts";
import { deprecationModels } from "./deprecations.ts";
import type { DeprecationModel } from "./deprecations.ts";
import { differenceModels } from "./differences.ts";
import type { DifferenceModel } from "./differences.ts";
import type { JsonSchema } from "./json-schema.ts";
import { findMistakes, throwMistakes } from "./mistakes.ts";
import { pathTemplate } from "./paths.ts";

/** The contract as the emitters read it: names and JSON Schemas, no zod. */
export interface Model {
  readonly operations: readonly OperationModel[];
  readonly channels: readonly ChannelModel[];
  /** Every difference from upstream: the general ones first, then by operation, channel and event. */
  readonly differences: readonly DifferenceModel[];
  /** Everything that is deprecated or gone. */
  readonly deprecations: readonly DeprecationModel[];
  /** The schemas of the headers in `standardHeaders`, by key. */
  readonly headerSchemas: Readonly<Record<string, JsonSchema>>;
  /** The schemas of the headers in `requestHeaders`, by key. */
  readonly requestHeaderSchemas: Readonly<Record<string, JsonSchema>>;
  /** The named schemas of operations and channels together, for code that speaks both. */
  readonly allSchemas: Readonly<Record<string, JsonSchema>>;
  /** The named schemas of the REST operations, JSON Schema 2020-12. */
  readonly restSchemas: Readonly<Record<string, JsonSchema>>;
  /** The named schemas of the channels, draft-07. */
  readonly socketSchemas: Readonly<Record<string, JsonSchema>>;
}

export interface OperationModel extends NamedOperation {
  /** The path as OpenAPI writes it: `/api/conversations/{conversation_id}`. */
  readonly template: string;
  readonly parameters: readonly ParameterModel[];
  readonly body?: { readonly schema: JsonSchema; readonly required: boolean };
  readonly upload?: Upload;
  readonly download?: Download;
  /** Where the successful answer, 302 without a body, sends a browser. */
  readonly redirect?: string;
  /** The successful answers in JSON, by status. */
  readonly responses: readonly { readonly status: number; readonly description: string; readonly schema: JsonSchema }[];
  readonly responseHeaders: readonly {
    readonly name: string;
    readonly description: string;
    readonly schema: JsonSchema;
  }[];
  /** The errors, by status. */
  readonly failures: readonly {
    readonly status: number;
    readonly codes: readonly ErrorCode[];
    readonly schema: JsonSchema;
  }[];
  /** The schema of each of these answers in an envelope, by status. */
  readonly envelopes: Readonly<Record<number, JsonSchema>>;
}

export interface ParameterModel {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonSchema;
  /** Of a list: whether it is repeated for each entry, instead of joined with commas. */
  readonly explode?: boolean;
  /** A value that the schema accepts, when the contract has one: the typed value, not its text on the wire. */
  readonly example?: unknown;
}

export interface ChannelModel {
  readonly name: string;
  readonly definition: ChannelDefinition;
  readonly template: string;
  readonly parameters: readonly ParameterModel[];
  readonly messages: readonly {
    readonly key: string;
    readonly message: ChannelMessage;
    readonly payload: JsonSchema;
  }[];
}

/**
 * Walks the contract.
 * @param others the differences from upstream that stand with no operation and no channel
 * @throws {ContractError} with every mistake in it
 */
export function buildModel(
  contract: Contract,
  channels: Channels,
  others: OtherDifferences = { general: [], events: [] },
): Model {
  const operations = operationsOf(contract);
  const differences = differenceModels(operations, channels, others);
  throwMistakes(findMistakes(operations, channels, differences));
  const rest = walk("draft-2020-12", (add) =>
    withEnvelopes(restModel(operations, add), envelopeModels(operations, add)),
  );
  const socket = walk("draft-07", (add) => socketModel(channels, add));
  const all = walk("draft-2020-12", (add) => {
    const models = [restModel(operations, add), socketModel(channels, add)];
    return () => models.forEach((finish) => finish());
  });
  return {
    ...rest.result,
    ...socket.result,
    differences,
    deprecations: deprecationModels(operations, channels, all.schemas),
    restSchemas: rest.schemas,
    socketSchemas: socket.schemas,
    allSchemas: all.schemas,
  };
}

function restModel(operations: readonly NamedOperation[], add: AddSchema) {
  const headers = headerModels(standardHeaders, add);
  const sent = headerModels(requestHeaders, add);
  const models = operations.map((named) => operationModel(named, add));
  return () => ({
    operations: models.map((finish) => finish()),
    headerSchemas: headers(),
    requestHeaderSchemas: sent(),
  });
}

function headerModels(headers: Readonly<Record<string, { readonly schema: z.ZodType }>>, add: AddSchema) {
  const pending = Object.entries(headers).map(([key, { schema }]) => ({ key, finish: add(schema, "output") }));
  return () => Object.fromEntries(pending.map(({ key, finish }) => [key, finish()]));
}

/** The envelopes of each operation, by status. Only the REST document speaks of them: code gets the plain bodies. */
function envelopeModels(operations: readonly NamedOperation[], add: AddSchema): () => OperationModel["envelopes"][] {
  const pending = operations.map(({ operation: { definition, metadata } }) => [
    ...Object.entries(definition.responses).map(([status, schema]) => ({
      status,
      finish: add(envelopeOf(schema), "output"),
    })),
    ...[...codesByStatus(metadata.errors)].map(([status, codes]) => ({
      status,
      finish: add(errorUnion(codes, errorEnvelope), "output"),
    })),
  ]);
  return () => pending.map((answers) => Object.fromEntries(answers.map(({ status, finish }) => [status, finish()])));
}

function withEnvelopes(rest: ReturnType<typeof restModel>, envelopes: ReturnType<typeof envelopeModels>) {
  return () => {
    const { operations, ...others } = rest();
    const all = envelopes();
    return {
      ...others,
      operations: operations.map((operation, index) => ({ ...operation, envelopes: all[index] ?? {} })),
    };
  };
}

function codesByStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  return Map.groupBy(codes, (code) => errorCatalogue[code].status);
}

function socketModel(channels: Channels, add: AddSchema) {
  const models = Object.entries(channels).map(([name, definition]) => channelModel(name, definition, add));
  return () => ({ channels: models.map((finish) => finish()) });
}

/** Takes note of a schema now and gives its final form once all of them are known. */
type AddSchema = (schema: z.ZodType, direction: Direction) => () => JsonSchema;

function walk<Result>(dialect: Dialect, build: (add: AddSchema) => () => Result) {
  const collector = createComponentCollector(dialect);
  const result = build((schema, direction) => {
    const root = collector.add(schema, direction);
    return () => components.resolve(root);
  });
  const components = collector.finish();
  return { result: result(), schemas: components.schemas };
}

function operationModel(named: NamedOperation, add: AddSchema): () => Omit<OperationModel, "envelopes"> {
  const { definition, metadata } = named.operation;
  const parameters = parametersOf(definition, metadata.example.request, add);
  const body = definition.body && add(definition.body, "input");
  const responses = Object.entries(definition.responses).map(([status, schema]) => ({
    status: Number(status),
    description: z.globalRegistry.get(schema)?.description ?? "",
    schema: add(schema, "output"),
  }));
  const headers = Object.entries(metadata.responseHeaders ?? {}).map(([name, { description, schema }]) => ({
    name,
    description,
    schema: add(schema, "output"),
  }));
  const failures = [...codesByStatus(metadata.errors)].map(([status, codes]) => ({
    status,
    codes,
    schema: add(errorUnion(codes), "output"),
  }));
  return () => ({
    ...named,
    template: pathTemplate(named.operation.path),
    parameters: parameters(),
    ...(body && { body: { schema: body(), required: !metadata.optionalBody } }),
    ...(definition.upload && { upload: definition.upload }),
    ...(definition.download && { download: definition.download }),
    ...(definition.redirect && { redirect: definition.redirect }),
    responses: responses.map(({ schema, ...response }) => ({ ...response, schema: schema() })),
    responseHeaders: headers.map(({ schema, ...header }) => ({ ...header, schema: schema() })),
    failures: failures.map(({ schema, ...failure }) => ({ ...failure, schema: schema() })),
  });
}

function channelModel(name: string, definition: ChannelDefinition, add: AddSchema): () => ChannelModel {
  const parameters = parametersOf(definition, {}, add);
  const messages = Object.entries(definition.messages).map(([key, message]) => ({
    key,
    message,
    payload: add(message.payload, message.direction === "send" ? "output" : "input"),
  }));
  return () => ({
    name,
    definition,
    template: pathTemplate(definition.address),
    parameters: parameters(),
    messages: messages.map(({ payload, ...rest }) => ({ ...rest, payload: payload() })),
  });
}

/** Path and query parameters. Their schema is what the text stands for, so `output`; required is what the client must send. */
function parametersOf(
  { params, query }: { readonly params?: z.ZodObject; readonly query?: z.ZodObject },
  examples: OperationExample["request"],
  add: AddSchema,
): () => ParameterModel[] {
  const groups = [
    { in: "path" as const, shape: params?.shape ?? {}, texts: examples?.params ?? {} },
    { in: "query" as const, shape: query?.shape ?? {}, texts: examples?.query ?? {} },
  ];
  const parameters = groups.flatMap(({ in: place, shape, texts }) =>
    Object.entries(shape).map(([name, schema]) => ({
      name,
      in: place,
      required: !schema.safeParse(undefined).success,
      schema: add(schema, "output"),
      ...(name in texts && { example: schema.parse(texts[name]) }),
    })),
  );
  return () => parameters.map(({ schema, ...parameter }) => ({ ...parameter, ...splitExplode(schema()) }));
}

/** How a list is written belongs to the parameter: the values are the same. */
function splitExplode({ explode, ...schema }: JsonSchema): Pick<ParameterModel, "schema" | "explode"> {
  return explode === undefined ? { schema } : { schema, explode };
}
