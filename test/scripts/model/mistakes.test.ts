import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { ChannelMessage, Channels, Contract, Deprecation } from "../../../contract/index.ts";
import { deprecated } from "../../../contract/deprecation.ts";
import { operationsOf } from "../../../contract/index.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { ContractError, findMistakes } from "../../../scripts/model/mistakes.ts";
import { channelWith, messageWith, named, operationWith, unique } from "../small-contract.ts";

function deprecatedSay(change: Partial<Deprecation> = {}): ChannelMessage {
  const deprecation: Deprecation = { ...gone, replacement: "ack", ...change };
  const name = unique("Say");
  const payload = z.object({}).meta({ id: name, description: "Old.", examples: [{}], ...deprecated(deprecation) });
  return say({ deprecation, payload });
}

interface Case {
  readonly what: string;
  /** Operations of `things`. */
  readonly operations?: Contract[string];
  readonly contract?: Contract;
  readonly channels?: Channels;
  readonly want: readonly string[];
}

const id = z.string().describe("The id.");
const one = (change: Parameters<typeof operationWith>[0]) => ({ one: operationWith(change) });
const gone = { state: "gone", since: "2025-01-01", sunset: "2025-06-30", reason: "It was no use." } as const;
const ack = messageWith({ name: "ack" });
const say = (change: Parameters<typeof messageWith>[0]) =>
  messageWith({ direction: "receive", name: "say", ...change });

const paths: readonly Case[] = [
  {
    what: "a path parameter without a schema",
    operations: one({ path: "/things/:id" }),
    want: ["rest.things.one: the path parameter {id} has no schema. Fix: add id to params."],
  },
  {
    what: "a path parameter with a digit in its name",
    operations: one({
      path: "/things/:id2",
      params: z.object({ id2: id }),
      example: { request: { params: { id2: "a" } }, response: {} },
    }),
    want: [],
  },
  {
    what: "a parameter that is not in the path",
    operations: one({ params: z.object({ id }), example: { request: { params: { id: "a" } }, response: {} } }),
    want: ["rest.things.one: params has id, which is not in the path /things. Fix: add :id to the path, or drop it."],
  },
  {
    what: "a parameter with two names",
    operations: one({
      path: "/things/:thing_id",
      params: z.object({ id }),
      example: { request: { params: { id: "a" } }, response: {} },
    }),
    want: ["rest.things.one: the path has {thing_id} but params has id. Fix: rename one of them."],
  },
  {
    what: "two operations at one address",
    operations: { one: operationWith(), other: operationWith() },
    want: ["rest: two operations answer GET /things. Fix: change the path or the method of one of them."],
  },
  {
    what: "two operations at one address, which differ by a parameter's name only",
    operations: {
      one: operationWith({
        path: "/things/:id",
        params: z.object({ id }),
        example: { request: { params: { id: "a" } }, response: {} },
      }),
      other: operationWith({
        path: "/things/:key",
        params: z.object({ key: id }),
        example: { request: { params: { key: "a" } }, response: {} },
      }),
    },
    want: ["rest: two operations answer GET /things/:key. Fix: change the path or the method of one of them."],
  },
  {
    what: "two methods at one path",
    operations: { one: operationWith(), other: operationWith({ method: "DELETE" }) },
    want: [],
  },
];

const names: readonly Case[] = [
  {
    what: "an operation that is called like no function could be",
    operations: { "list-all": operationWith() },
    want: [
      `rest.things.list-all: "list-all" is no name in code. Fix: use letters, digits and underscores, a letter first.`,
    ],
  },
  {
    what: "a resource whose name breaks out of a type",
    contract: { "x {}; evil": { one: operationWith() } },
    want: [
      `rest.x {}; evil.one: "x {}; evil" is no name in code. Fix: use letters, digits and underscores, a letter first.`,
    ],
  },
  {
    what: "one id for two operations",
    contract: { "a.b": { c: operationWith() }, a: { "b.c": operationWith({ path: "/other" }) } },
    want: [
      "rest.a.b.c: the operation id stands twice. Fix: rename one of them.",
      `rest.a.b.c: "a.b" is no name in code. Fix: use letters, digits and underscores, a letter first.`,
      `rest.a.b.c: "b.c" is no name in code. Fix: use letters, digits and underscores, a letter first.`,
    ],
  },
];

const removed = { responses: {}, example: {} } as const;

const lifecycles: readonly Case[] = [
  {
    what: "an operation that never succeeds",
    operations: one({ responses: {}, example: {} }),
    want: ["rest.things.one: there is no successful answer. Fix: add one to responses."],
  },
  {
    what: "a gone operation that still succeeds",
    operations: {
      one: operationWith({ deprecation: { ...gone, replacement: "things.two" } }),
      two: operationWith({ path: "/two" }),
    },
    want: ["rest.things.one: a gone operation has a successful answer. Fix: empty responses."],
  },
  {
    what: "an answer that is JSON and sends a browser elsewhere",
    operations: one({ redirect: "Elsewhere." }),
    want: ["rest.things.one: the answer is JSON and a redirect. Fix: empty responses, or drop redirect."],
  },
  {
    what: "a replacement that does not exist",
    operations: one({ responses: {}, example: {}, deprecation: { ...gone, replacement: "things.nothing" } }),
    want: [
      "rest.things.one: the replacement things.nothing is no operation. Fix: name one by its id, such as things.one.",
    ],
  },
  {
    what: "a replacement that is on its way out itself",
    operations: {
      one: operationWith({ ...removed, deprecation: { ...gone, replacement: "things.two" } }),
      two: operationWith({ ...removed, path: "/two", deprecation: { ...gone, replacement: "things.three" } }),
      three: operationWith({ path: "/three" }),
    },
    want: ["rest.things.one: the replacement things.two is gone itself. Fix: name its own replacement."],
  },
  {
    what: "a replacement that some servers do not have",
    operations: {
      one: operationWith({ ...removed, deprecation: { ...gone, replacement: "things.two" } }),
      two: operationWith({ path: "/two", gate: "v1" }),
    },
    want: ["rest.things.one: the replacement things.two is behind the gate v1. Fix: name one that is always there."],
  },
  {
    what: "a replacement whose path cannot be filled in",
    operations: {
      one: operationWith({ ...removed, deprecation: { ...gone, replacement: "things.two" } }),
      two: operationWith({
        path: "/things/:id",
        params: z.object({ id }),
        example: { request: { params: { id: "a" } }, response: {} },
      }),
    },
    want: [
      "rest.things.one: the replacement things.two needs {id}, which a request for /things has not. Fix: name another one.",
    ],
  },
  ...[
    { days: { since: "2025-02-29" }, want: '"2025-02-29" is no day. Fix: write it as 2027-06-30.' },
    { days: { sunset: "30.6.2027" }, want: '"30.6.2027" is no day. Fix: write it as 2027-06-30.' },
    {
      days: { since: "2025-01-02" },
      want: "179 days lie between since and sunset. Fix: leave at least 180.",
    },
  ].map(({ days, want }) => ({
    what: `a deprecation from ${JSON.stringify(days)}`,
    operations: {
      one: operationWith({ ...removed, deprecation: { ...gone, ...days, replacement: "things.two" } }),
      two: operationWith({ path: "/two" }),
    },
    want: [`rest.things.one: ${want}`],
  })),
  {
    what: "a field that is gone too soon",
    operations: one({
      responses: {
        200: named(
          "Hasty",
          {
            old: z
              .string()
              .meta({ description: "Old.", ...deprecated({ ...gone, since: "2025-06-29", replacement: "id" }) }),
          },
          { old: "a" },
        ),
      },
      example: { response: { old: "a" } },
    }),
    want: ["schema Hasty: the field old: 1 days lie between since and sunset. Fix: leave at least 180."],
  },
];

const upload = { field: "files", description: "The files." } as const;
const uploadExample = { request: { upload: [{ name: "a", content: "b" }] }, response: {} } as const;
const download = { mediaType: "application/zip", fileName: "a.zip", description: "The archive." } as const;

const bodies: readonly Case[] = [
  {
    what: "a form of files",
    operations: one({ method: "POST", upload, example: uploadExample }),
    want: [],
  },
  {
    what: "a GET with a form of files",
    operations: one({ upload, example: uploadExample }),
    want: ["rest.things.one: GET has a body. Fix: move it to the query."],
  },
  {
    what: "a body that is two things",
    operations: one({
      method: "POST",
      body: named("MistakeTwoBodies"),
      upload,
      example: { ...uploadExample, request: { ...uploadExample.request, body: {} } },
    }),
    want: ["rest.things.one: the body is JSON and a form of files. Fix: drop body or upload."],
  },
  {
    what: "a form of files without an example",
    operations: one({ method: "POST", upload }),
    want: ["rest.things.one: the example uploads nothing. Fix: add a file to it."],
  },
  {
    what: "an example of a form that is none",
    operations: one({ method: "POST", example: uploadExample }),
    want: ["rest.things.one: the example uploads files. Fix: declare upload."],
  },
  { what: "a file as the answer", operations: one({ responses: {}, download, example: {} }), want: [] },
  {
    what: "an answer that is two things",
    operations: one({ download }),
    want: ["rest.things.one: the answer is JSON and a file. Fix: empty responses, or drop download."],
  },
  {
    what: "a file name that would need quoting",
    operations: one({ responses: {}, download: { ...download, fileName: 'a"b.zip' }, example: {} }),
    want: [String.raw`rest.things.one: "a\"b.zip" would need quoting. Fix: use letters, digits, . - _.`],
  },
  {
    what: "a GET with a body",
    operations: one({ body: named("MistakeGetBody"), example: { request: { body: {} }, response: {} } }),
    want: ["rest.things.one: GET has a body. Fix: move it to the query."],
  },
  {
    what: "a GET that writes",
    operations: one({ scope: "write" }),
    want: ["rest.things.one: GET has the scope write. Fix: choose another method for what changes something."],
  },
  {
    what: "a body that may be left out and then does not fit",
    operations: one({ method: "POST", body: named("MistakeOptionalBody", { id }, { id: "a" }), optionalBody: true }),
    want: [
      "rest.things.one: the body may be left out but {} does not fit it. Fix: make its fields optional, or drop optionalBody.",
    ],
  },
  {
    what: "a body without a name",
    operations: one({ method: "POST", body: z.object({}), example: { request: { body: {} }, response: {} } }),
    want: [`rest.things.one: the body has no name. Fix: add .meta({ id: "…" }) to it.`],
  },
  {
    what: "an answer without a name",
    operations: one({ responses: { 200: z.object({}) } }),
    want: [`rest.things.one: the answer 200 has no name. Fix: add .meta({ id: "…" }) to it.`],
  },
  {
    what: "a field of an answer that another operation is to be called with, and that is not there",
    operations: one({
      responses: { 200: named("MistakeProduces", { id }, { id: "a" }) },
      example: { response: { id: "a" } },
      produces: { thing_id: "key" },
    }),
    want: ["rest.things.one: produces names the field key, which the answer does not have. Fix: name one of id."],
  },
  {
    what: "a field of a request that another operation is to be called with, and that is not there",
    operations: one({
      method: "POST",
      body: named("MistakeNames", { id }, { id: "a" }),
      example: { request: { body: { id: "a" } }, response: {} },
      names: { thing_id: "key" },
    }),
    want: ["rest.things.one: names speaks of the field key, which the body does not have. Fix: name one of id."],
  },
];

const examples: readonly Case[] = [
  {
    what: "an example's answer that does not fit",
    operations: one({
      responses: { 200: named("MistakeAnswer", { id }, { id: "a" }) },
      example: { response: { id: 7 } },
    }),
    want: [
      "rest.things.one: the example's response does not fit its schema (id: Invalid input: expected string, received number). Fix: change the example or the schema.",
    ],
  },
  {
    what: "an example's parameters that do not fit, each on a line of its own",
    operations: one({
      path: "/things/:id",
      params: z.object({ id: id.max(2) }),
      query: z.object({ limit: z.enum(["1", "2"]) }),
      example: { request: { params: { id: "abc" }, query: { limit: "3" } }, response: {} },
    }),
    want: [
      "rest.things.one: the example's params does not fit its schema (id: Too big: expected string to have <=2 characters). Fix: change the example or the schema.",
      `rest.things.one: the example's query does not fit its schema (limit: Invalid option: expected one of "1"|"2"). Fix: change the example or the schema.`,
    ],
  },
  {
    what: "an example of a body that the operation does not have",
    operations: one({ method: "POST", example: { request: { body: { id: "a" } }, response: {} } }),
    want: ["rest.things.one: the example's body has no schema. Fix: declare one, or drop it."],
  },
  {
    what: "an example without the body that the operation has",
    operations: one({ method: "POST", body: named("MistakeNoBody") }),
    want: [
      "rest.things.one: the example's body does not fit its schema (the whole: Invalid input: expected object, received undefined). Fix: change the example or the schema.",
    ],
  },
];

const schemas: readonly Case[] = [
  {
    what: "a named schema that says nothing",
    operations: one({
      responses: { 200: z.object({ id: z.string() }).meta({ id: "MistakeSilent" }) },
      example: { response: { id: "a" } },
    }),
    want: [
      "schema MistakeSilent: there is no description. Fix: add one to its .meta().",
      "schema MistakeSilent: there is no example. Fix: add examples to its .meta().",
      `schema MistakeSilent: the field id has no description. Fix: add .describe("…").`,
    ],
  },
  {
    what: "a named schema, deep inside another, with an example that does not fit",
    operations: one({
      responses: {
        200: named(
          "MistakeOuter",
          { inner: z.array(named("MistakeInner", { id }, { id: 7 })).describe("Them.") },
          { inner: [] },
        ),
      },
      example: { response: { inner: [] } },
    }),
    want: [
      "schema MistakeInner: an example does not fit its schema (id: Invalid input: expected string, received number). Fix: change the example or the schema.",
    ],
  },
  {
    what: "a field that a named schema describes",
    operations: one({
      responses: { 200: named("MistakeDescribed", { inner: named("MistakeDescribing").optional() }) },
    }),
    want: [],
  },
  {
    what: "two schemas with one name",
    operations: {
      one: operationWith({ responses: { 200: named("MistakeTwin") } }),
      other: operationWith({ path: "/other", responses: { 200: named("MistakeTwin") } }),
    },
    want: [
      "schema MistakeTwin: two schemas have this name (rest.things.other: the answer 200). Fix: rename one of them.",
    ],
  },
  {
    what: "one schema in two places",
    operations: ((shared) => ({
      one: operationWith({ responses: { 200: shared } }),
      other: operationWith({ path: "/other", responses: { 200: shared } }),
    }))(named("MistakeShared")),
    want: [],
  },
  {
    what: "a schema whose name would break out of the generated code",
    operations: one({ responses: { 200: named("Mistake = 1; evil()") } }),
    want: [
      `schema Mistake = 1; evil(): "Mistake = 1; evil()" is no name in code. Fix: use letters, digits and underscores, a letter first.`,
    ],
  },
];

const sockets: readonly Case[] = [
  { what: "a sound channel", channels: { things: channelWith() }, want: [] },
  {
    what: "a channel's parameter without a schema",
    channels: { things: channelWith({ address: "/sockets/:id" }) },
    want: ["socket.things: the path parameter {id} has no schema. Fix: add id to params."],
  },
  {
    what: "a close code that stands twice",
    channels: {
      things: channelWith({
        closeCodes: [1, 2, 3].map((n) => ({ code: 4404, summary: `No ${n}`, reconnect: false, description: "No." })),
      }),
    },
    want: ["socket.things: the close code 4404 stands twice. Fix: merge them."],
  },
  {
    what: "a message without an example",
    channels: { things: channelWith({ messages: { news: messageWith({ examples: [] }) } }) },
    want: ["socket.things.news: there is no example. Fix: add one to examples."],
  },
  {
    what: "a message with an example that does not fit",
    channels: { things: channelWith({ messages: { news: messageWith({ examples: ["news"] }) } }) },
    want: [
      "socket.things.news: an example does not fit its schema (the whole: Invalid input: expected object, received string). Fix: change the example or the schema.",
    ],
  },
  {
    what: "a message without a name for its payload",
    channels: { things: channelWith({ messages: { news: messageWith({ payload: z.object({}) }) } }) },
    want: [`socket.things.news: the payload has no name. Fix: add .meta({ id: "…" }) to it.`],
  },
  {
    what: "a reply that does not exist",
    channels: { things: channelWith({ messages: { say: say({ replies: ["nack"] }), ack } }) },
    want: ["socket.things.say: the reply nack is no message that the server sends. Fix: name one of ack."],
  },
  {
    what: "a reply that the client sends itself",
    channels: { things: channelWith({ messages: { say: say({ replies: ["say"] }), ack } }) },
    want: ["socket.things.say: the reply say is no message that the server sends. Fix: name one of ack."],
  },
  {
    what: "a message whose replacement does not exist",
    channels: { things: channelWith({ messages: { say: deprecatedSay({ replacement: "tell" }), ack } }) },
    want: ["socket.things.say: the replacement tell is no message. Fix: name one of ack."],
  },
  {
    what: "a deprecated message with a sound replacement",
    channels: { things: channelWith({ messages: { say: deprecatedSay(), ack } }) },
    want: [],
  },
  {
    what: "a message that is gone too soon",
    channels: { things: channelWith({ messages: { say: deprecatedSay({ since: "2025-06-01" }), ack } }) },
    want: ["socket.things.say: 29 days lie between since and sunset. Fix: leave at least 180."],
  },
  {
    what: "a deprecated message whose payload says nothing of it",
    channels: {
      things: channelWith({ messages: { say: say({ deprecation: { ...gone, replacement: "ack" } }), ack } }),
    },
    want: [
      "socket.things.say: the message and its payload disagree on the deprecation. Fix: ...deprecated(entry) in its .meta().",
    ],
  },
  {
    what: "a message whose name breaks a reference",
    channels: { things: channelWith({ messages: { "a/b": messageWith() } }) },
    want: [`socket.things.a/b: "a/b" is no name in code. Fix: use letters, digits and underscores, a letter first.`],
  },
];

for (const { what, operations = {}, contract = { things: operations }, channels = {}, want } of [
  { what: "a sound operation", operations: { one: operationWith() }, want: [] },
  ...paths,
  ...names,
  ...lifecycles,
  ...bodies,
  ...examples,
  ...schemas,
  ...sockets,
] satisfies Case[] as Case[]) {
  test(`mistakes: ${what}`, () => {
    assert.deepEqual(findMistakes(operationsOf(contract), channels), want);
  });
}

const wrappers: Readonly<Record<string, (inner: z.ZodType) => z.ZodType>> = {
  array: (inner) => z.array(inner),
  catchall: (inner) => z.object({}).catchall(inner),
  default: (inner) => inner.default({}),
  description: (inner) => inner.describe("Again."),
  intersection: (inner) => z.intersection(z.object({}), inner),
  lazy: (inner) => z.lazy(() => inner),
  nullable: (inner) => inner.nullable(),
  object: (inner) => z.object({ inner }),
  optional: (inner) => inner.optional(),
  pipe: (inner) => z.unknown().pipe(inner),
  "record of values": (inner) => z.record(z.string(), inner),
  tuple: (inner) => z.tuple([inner]),
  "tuple's rest": (inner) => z.tuple([z.string()], inner),
  union: (inner) => z.union([z.null(), inner]),
};

for (const [kind, wrap] of Object.entries(wrappers)) {
  test(`mistakes: a schema that says nothing is found in a zod ${kind}`, () => {
    const name = unique("MistakeHidden");
    const query = z.object({ wrapped: wrap(z.object({}).meta({ id: name, examples: [{}] })).optional() });
    assert.deepEqual(findMistakes(operationsOf({ things: one({ query }) }), {}), [
      `schema ${name}: there is no description. Fix: add one to its .meta().`,
    ]);
  });
}

test("mistakes: a difference from upstream that leaves out a part", () => {
  const silent = { upstream: "something", here: " ", why: "it is better", change: "" };
  assert.throws(
    () =>
      buildModel(
        { things: one({ differences: [{ ...silent, topic: "an absent one" }] }) },
        { live: channelWith({ differences: [silent] }) },
        { general: [{ topic: "", ...silent }], events: [silent] },
      ),
    new ContractError([
      "differences, a general one: topic is empty. Fix: say it.",
      ...["a general one", "`GET /things`: an absent one", "`/sockets/things`", "every event"].flatMap((place) => [
        `differences, ${place}: here is empty. Fix: say it.`,
        `differences, ${place}: change is empty. Fix: say it.`,
      ]),
    ]),
  );
});

test("several mistakes come in one list", () => {
  const operations = { one: operationWith({ path: "/things/:id", responses: {}, example: {} }) };
  assert.throws(
    () =>
      buildModel({ things: operations }, { live: channelWith({ messages: { news: messageWith({ examples: [] }) } }) }),
    new ContractError([
      "rest.things.one: the path parameter {id} has no schema. Fix: add id to params.",
      "rest.things.one: there is no successful answer. Fix: add one to responses.",
      "socket.live.news: there is no example. Fix: add one to examples.",
    ]),
  );
});

const messages: readonly [mistakes: readonly string[], want: string][] = [
  [["a: b. Fix: c."], "The contract has a mistake:\n  a: b. Fix: c."],
  [["a: b. Fix: c.", "d: e. Fix: f."], "The contract has 2 mistakes:\n  a: b. Fix: c.\n  d: e. Fix: f."],
];

for (const [mistakes, want] of messages) {
  test(`the message of a ContractError with ${mistakes.length}`, () =>
    assert.equal(new ContractError(mistakes).message, want));
}
