import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { channels, contract } from "../../../contract/index.ts";
import type { Channels } from "../../../contract/index.ts";
import { integerParameter } from "../../../contract/primitives.ts";
import { deprecated } from "../../../contract/deprecation.ts";
import { emitAsyncApi } from "../../../scripts/emit/asyncapi.ts";
import type { View } from "../../../scripts/emit/asyncapi.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { readDocument } from "../../contract/published.ts";
import type { AsyncApiDocument } from "../../contract/published.ts";
import { channelWith, messageWith, modelOf, named } from "../small-contract.ts";

type Node = Readonly<Record<string, unknown>>;
interface Document extends AsyncApiDocument {
  readonly channels: Readonly<Record<string, Node>>;
  readonly operations: Readonly<Record<string, Node & { readonly action: string }>>;
}

function documentOf(live: Channels, view: View = "server", closed: readonly "v1"[] = []): Document {
  return parse(emitAsyncApi(modelOf({}, live), view, closed)) as Document; // the tests say what is in it
}

const request_id = z.string().optional().describe("The request's id.");
const say = messageWith({
  direction: "receive",
  name: "say",
  payload: named("AsyncApiSay", { request_id }),
  replies: ["ack"],
  errors: ["internal_error"],
});
const ack = messageWith({ name: "ack", payload: named("AsyncApiAck") });
const chat = channelWith({ messages: { say, ack } });

test("a message that is received is an operation with its replies", () => {
  assert.deepEqual(documentOf({ chat }).operations, {
    "chat.receive_say": {
      action: "receive",
      channel: { $ref: "#/channels/chat" },
      title: "News",
      summary: "News",
      description: "Something happened.",
      tags: [{ $ref: "#/components/tags/Events" }],
      messages: [{ $ref: "#/channels/chat/messages/say" }],
      reply: { channel: { $ref: "#/channels/chat" }, messages: [{ $ref: "#/channels/chat/messages/ack" }] },
    },
    "chat.send_ack": {
      action: "send",
      channel: { $ref: "#/channels/chat" },
      title: "News",
      summary: "News",
      description: "Something happened.",
      tags: [{ $ref: "#/components/tags/Events" }],
      messages: [{ $ref: "#/channels/chat/messages/ack" }],
    },
  });
});

test("a message carries its examples, its errors, its age, and where its request id is", () => {
  const deprecation = {
    state: "deprecated",
    since: "2026-01-01",
    sunset: "2027-01-01",
    replacement: "ack",
    reason: "No use.",
  } as const;
  const payload = say.payload.meta({ ...say.payload.meta(), id: "AsyncApiOldSay", ...deprecated(deprecation) });
  const { messages, schemas } = documentOf({
    chat: channelWith({ messages: { say: { ...say, deprecation, payload }, ack } }),
  }).components;
  assert.equal(schemas["AsyncApiOldSay"]?.["deprecated"], true);
  const plain = {
    title: "News",
    summary: "News",
    description: "Something happened.",
    contentType: "application/json",
    "x-since": "0.1.0",
  };
  assert.deepEqual(messages, {
    ChatSay: {
      ...plain,
      name: "say",
      correlationId: { location: "$message.payload#/request_id" },
      payload: { $ref: "#/components/schemas/AsyncApiOldSay" },
      examples: [{ name: "say", summary: "News", payload: {} }],
      "x-errors": ["internal_error"],
      "x-sunset": "2027-01-01",
      "x-deprecation": deprecation,
    },
    ChatAck: {
      ...plain,
      name: "ack",
      payload: { $ref: "#/components/schemas/AsyncApiAck" },
      examples: [{ name: "ack", summary: "News", payload: {} }],
    },
  });
});

test("a channel has an address, its parameters, the reasons for which it is closed and what differs from upstream", () => {
  const closeCode = { code: 4404, summary: "No such thing", reconnect: false, description: "There is none." };
  const difference = { upstream: "none", here: "one", why: "to hear of it", change: "Listen." };
  const live = channelWith({
    address: "/sockets/:thing_id",
    params: z.object({ thing_id: z.string().max(32).describe("Which.") }),
    query: z.object({ from: integerParameter().default(-1).describe("Where to begin.") }),
    closeCodes: [closeCode],
    differences: [difference],
    messages: { ack },
  });
  assert.deepEqual(documentOf({ live }).channels["live"], {
    address: "/sockets/{thing_id}",
    title: "The things, live",
    summary: "The things, live",
    description: "As they happen.",
    servers: [{ $ref: "#/servers/local" }],
    parameters: {
      thing_id: {
        description: "The `thing_id` of the channel: see `x-schema`.",
        "x-schema": { type: "string", maxLength: 32, description: "Which." },
      },
    },
    messages: { ack: { $ref: "#/components/messages/LiveAck" } },
    bindings: {
      ws: {
        method: "GET",
        query: {
          type: "object",
          properties: { from: { type: "integer", default: -1, description: "Where to begin." } },
        },
        bindingVersion: "0.1.0",
      },
    },
    "x-since": "0.1.0",
    "x-max-frame-bytes": 4194304,
    "x-close-codes": [closeCode],
    "x-upstream-differences": [difference],
  });
});

test("a closed gate leaves no trace of its channels", () => {
  const gated = channelWith({ gate: "v1", messages: { ack: messageWith({ payload: named("AsyncApiGated") }) } });
  const closed = documentOf({ chat, gated }, "server", ["v1"]);
  assert.deepEqual(Object.keys(closed.channels), ["chat"]);
  assert.doesNotMatch(JSON.stringify(closed), /gated/i);
  assert.equal(documentOf({ chat, gated }).channels["gated"]?.["x-gate"], "v1");
});

test("the same contract gives the same bytes", () => {
  const write = () => emitAsyncApi(buildModel(contract, channels), "server");
  assert.equal(write(), write());
});

const opposite: Readonly<Record<string, string>> = { send: "receive", receive: "send" };
const sentences = {
  server:
    "This document takes the server's view: `send` is what the server sends. The client's view is `generated/documents/asyncapi.client.yaml`.",
  client: "This document takes the client's view: `send` is what a client sends. The server's view is `asyncapi.yaml`.",
};

/** Every operation's action turned round, its id with it, and the one sentence that says whose view it is. */
function mirrored(document: Document, from: View, to: View): Document {
  const description = document.info.description.replace(sentences[from], sentences[to]);
  assert.notEqual(description, document.info.description);
  const operations = Object.entries(document.operations).map(([id, operation]) => {
    const action = opposite[operation.action] ?? "";
    const turned = id.replace(`.${operation.action}_`, `.${action}_`);
    assert.notEqual(turned, id);
    return [turned, { ...operation, action }];
  });
  return {
    ...document,
    info: { ...document.info, description },
    operations: Object.fromEntries(operations) as Document["operations"],
  };
}

test("the published client view is the server view in the mirror, and nothing else differs", () => {
  const server = readDocument<Document>("asyncapi.yaml");
  const client = readDocument<Document>("generated/documents/asyncapi.client.yaml");
  assert.deepEqual(mirrored(server, "server", "client"), client);
  assert.deepEqual(mirrored(client, "client", "server"), server);
  assert.deepEqual(
    Object.keys(mirrored(server, "server", "client").operations),
    Object.keys(client.operations),
    "in the same order",
  );
});

test("each view says whose it is, in the words of the other", () => {
  for (const view of ["server", "client"] as const) {
    const { info, operations } = documentOf({ chat }, view);
    assert.ok(info.description.endsWith(sentences[view]));
    assert.deepEqual(
      Object.keys(operations),
      view === "server" ? ["chat.receive_say", "chat.send_ack"] : ["chat.send_say", "chat.receive_ack"],
    );
  }
});
