import * as z from "zod";
import { api, securitySchemes, sizeLimits } from "../../contract/index.ts";
import type { Gate } from "../../contract/index.ts";
import { pascalCase } from "../../contract/names.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import { reachableFrom } from "../model/json-schema.ts";
import type { ChannelModel, Model, ParameterModel } from "../model/model.ts";
import { document } from "./document.ts";

/** Whose sending and receiving a document speaks of. */
export type View = "server" | "client";

const views = {
  server:
    "This document takes the server's view: `send` is what the server sends. The client's view is `generated/documents/asyncapi.client.yaml`.",
  client: "This document takes the client's view: `send` is what a client sends. The server's view is `asyncapi.yaml`.",
} as const;

/**
 * The AsyncAPI 3.0 document of the channels, as YAML. AsyncAPI 3 describes one application; the two views say the same of
 * the two ends.
 * @param closed gates whose channels are left out, for a server that has them switched off
 */
export function emitAsyncApi(model: Model, view: View, closed: readonly Gate[] = []): string {
  const channels = model.channels.filter(({ definition }) => !closed.includes(definition.gate as Gate));
  const asyncapi = {
    asyncapi: "3.0.0",
    info: {
      title: `${api.title}: sockets`,
      version: api.version,
      description: `${api.description} ${views[view]}`,
      contact: { ...api.contact },
      license: { name: api.license.name, url: api.license.url },
      tags: [{ $ref: "#/components/tags/Events" }],
    },
    defaultContentType: "application/json",
    servers: { local: server() },
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channelObject(channel)])),
    operations: Object.fromEntries(channels.flatMap((channel) => operationsOf(channel, view))),
    components: {
      tags: { Events: { name: "Events", description: "What happens in a conversation, live." } },
      messages: Object.fromEntries(channels.flatMap(messagesOf)),
      schemas: reachableFrom(channels.flatMap(rootsOf), model.socketSchemas),
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes).map(([name, scheme]) => [name, securityScheme(scheme)]),
      ),
    },
  };
  return document(asyncapi, "contract/socket/*.ts");
}

function server() {
  return {
    host: api.server.host,
    protocol: "ws",
    description: api.server.description,
    security: Object.keys(securitySchemes).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
  };
}

function channelObject({ name, definition, template, parameters, messages }: ChannelModel) {
  const query = parameters.filter((parameter) => parameter.in === "query");
  return {
    address: template,
    title: definition.summary,
    summary: definition.summary,
    description: definition.description,
    servers: [{ $ref: "#/servers/local" }],
    parameters: Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === "path")
        .map((parameter) => [parameter.name, pathParameter(parameter)]),
    ),
    messages: Object.fromEntries(
      messages.map(({ key }) => [key, { $ref: `#/components/messages/${messageName(name, key)}` }]),
    ),
    bindings: {
      ws: {
        method: "GET",
        query: {
          type: "object",
          properties: Object.fromEntries(query.map(({ name: parameter, schema }) => [parameter, schema])),
        },
        bindingVersion: "0.1.0",
      },
    },
    "x-since": definition.since,
    "x-max-frame-bytes": sizeLimits.socketFrame,
    "x-close-codes": definition.closeCodes.map((closeCode) => ({ ...closeCode })),
    ...(definition.gate && { "x-gate": definition.gate }),
    ...(definition.differences && {
      "x-upstream-differences": definition.differences.map((difference) => ({ ...difference })),
    }),
  };
}

/**
 * AsyncAPI 3 gives a channel parameter no schema, only words.
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0#parameterObject
 */
function pathParameter({ name, schema }: ParameterModel) {
  return { description: `The \`${name}\` of the channel: see \`x-schema\`.`, "x-schema": schema };
}

function operationsOf(channel: ChannelModel, view: View) {
  return channel.messages.map(({ key, message }) => {
    const action = view === "server" ? message.direction : opposite(message.direction);
    const replies = message.replies?.map((reply) => ({ $ref: `#/channels/${channel.name}/messages/${reply}` }));
    return [
      `${channel.name}.${action}_${key}`,
      {
        action,
        channel: { $ref: `#/channels/${channel.name}` },
        title: message.summary,
        summary: message.summary,
        description: message.description,
        tags: [{ $ref: "#/components/tags/Events" }],
        messages: [{ $ref: `#/channels/${channel.name}/messages/${key}` }],
        ...(replies && { reply: { channel: { $ref: `#/channels/${channel.name}` }, messages: replies } }),
      },
    ];
  });
}

function opposite(direction: "send" | "receive"): "send" | "receive" {
  return direction === "send" ? "receive" : "send";
}

function messagesOf(channel: ChannelModel) {
  return channel.messages.map(({ key, message, payload }) => [
    messageName(channel.name, key),
    {
      name: message.name,
      title: message.summary,
      summary: message.summary,
      description: message.description,
      contentType: "application/json",
      ...("request_id" in fieldsOf(message.payload) && { correlationId: { location: "$message.payload#/request_id" } }),
      payload,
      examples: message.examples.map((example) => ({ name: key, summary: message.summary, payload: example })),
      "x-since": message.since,
      ...(message.errors && { "x-errors": [...message.errors] }),
      ...(message.deprecation && {
        "x-sunset": message.deprecation.sunset,
        "x-deprecation": { ...message.deprecation },
      }),
    },
  ]);
}

/** `events` + `user_action` -> `EventsUserAction` */
function messageName(channel: string, key: string): string {
  return pascalCase(`${channel}_${key}`);
}

function fieldsOf(payload: z.ZodType): object {
  return payload instanceof z.ZodObject ? payload.shape : {};
}

function rootsOf({ parameters, messages }: ChannelModel): JsonSchema[] {
  return [...parameters.map(({ schema }) => schema), ...messages.map(({ payload }) => payload)];
}

function securityScheme(scheme: (typeof securitySchemes)[keyof typeof securitySchemes]) {
  const { description } = scheme;
  return scheme.kind === "bearer"
    ? { type: "http", scheme: "bearer", description }
    : { type: "httpApiKey", in: scheme.kind, name: scheme.name, description };
}
