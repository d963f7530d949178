import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "oxfmt";
import * as z from "zod";
import { integerParameter, listParameter } from "../../../contract/primitives.ts";
import { emitClientChannels, emitClientOperations, emitClientTypes } from "../../../scripts/emit/client.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { channelWith, messageWith, modelOf, named, operationWith } from "../small-contract.ts";

const deprecation = {
  state: "deprecated",
  since: "2026-01-01",
  sunset: "2027-01-01",
  replacement: "things.list",
  reason: "*/ No use.",
} as const;
const Note = named("ClientNote", { text: z.string().default("").describe("The text.") });
const text = z.string().describe("Some text.");
const list = (item: z.ZodType) => z.array(item).describe("Some.");

/** An answer with these fields, and an example in which texts and lists are empty. */
function answerWith(id: string, shape: Record<string, z.ZodType>) {
  const fields = Object.entries(shape).map(([name, schema]) => [name, schema instanceof z.ZodArray ? [] : ""]);
  const response: unknown = Object.fromEntries(fields);
  return { responses: { 200: named(id, shape, response) }, example: { response } };
}

const model = buildModel(
  {
    things: {
      list: operationWith({ responses: { 200: named("ClientList") } }),
      add: operationWith({
        method: "POST",
        path: "/things/:id",
        params: z.object({ id: z.string().describe("Which. */") }),
        query: z.object({ kinds: listParameter(z.enum(["a", "b"])).optional(), from: integerParameter() }),
        body: Note,
        responses: { 200: Note, 202: named("ClientAccepted") },
        example: { request: { params: { id: "a" }, query: { from: "1" }, body: {} }, response: { text: "" } },
        deprecation,
        idempotencyKey: true,
      }),
      pages: operationWith({
        path: "/things/pages",
        query: z.object({ page_id: text.optional() }),
        ...answerWith("ClientPage", { next_page_id: text, results: list(Note), count: text }),
      }),
      range: operationWith({
        path: "/things/range",
        query: z.object({ start_id: text.optional(), end_id: text.optional() }),
        ...answerWith("ClientRange", { has_more: text, notes: list(text) }),
      }),
      unclear: operationWith({
        path: "/things/unclear",
        query: z.object({ page_id: text.optional() }),
        ...answerWith("ClientUnclear", { next_page_id: text, one: list(text), other: list(text) }),
      }),
      upload: operationWith({
        method: "POST",
        path: "/files",
        upload: { field: "files", description: "The files. */" },
        example: { request: { upload: [{ name: "a", content: "b" }] }, response: {} },
      }),
      zip: operationWith({
        path: "/zip",
        responses: {},
        download: { mediaType: "application/zip", fileName: "a.zip", description: "The archive." },
        example: {},
      }),
    },
  },
  {
    live: channelWith({
      query: z.object({ from: integerParameter().optional() }),
      messages: {
        say: messageWith({ direction: "receive", name: "say", payload: Note }),
        note: messageWith({ payload: Note }),
      },
      closeCodes: [{ code: 4404, summary: "No such thing", reconnect: false, description: "None." }],
    }),
  },
);

/** As `scripts/generate.ts` writes it: what the emitter leaves to the formatter is not what these tests are about. */
async function formatted(text: string): Promise<string> {
  const { code, errors } = await format("generated.ts", text, { printWidth: 120 });
  assert.deepEqual(errors, []);
  return code;
}

interface Part {
  readonly what: string;
  readonly emit: (of: typeof model) => string;
  /** Lines of the file, without their indentation. */
  readonly want: string;
}

const parts: readonly Part[] = [
  {
    what: "an operation's words, which can neither end the comment nor be lost",
    emit: emitClientOperations,
    want: `/**
* List the things: \`POST /things/{id}\`
*
* All of them.
*
* @deprecated since 2026-01-01, gone from 2027-01-01 on: use \`things.list\`. *\\/ No use.
*/`,
  },
  {
    what: "what an operation takes: parameters, and the body as a client sends it",
    emit: emitClientOperations,
    want: `/** Which. *\\/ */
id: string;
kinds?: readonly ("a" | "b")[] | undefined;
from: number;
body: wire.ClientNoteInput;
}`,
  },
  { what: "what an operation answers with", emit: emitClientOperations, want: "wire.ClientNote | wire.ClientAccepted" },
  {
    what: "the codes an operation fails with",
    emit: emitClientOperations,
    want: '"validation_failed" | "internal_error"',
  },
  {
    what: "where an operation goes, and where files do",
    emit: emitClientOperations,
    want: 'list: "GET /things",\nadd: "POST /things/{id}",\npages: "GET /things/pages",\nrange: "GET /things/range",\nunclear: "GET /things/unclear",\nupload: "POST /files multipart/form-data",\nzip: "GET /zip application/zip",\n',
  },
  {
    what: "files that an operation takes, by name and content",
    emit: emitClientOperations,
    want: `request: {
body: {
/** The files. *\\/ */
readonly files: readonly { readonly name: string; readonly content: BlobPart }[];
};
},`,
  },
  {
    what: "a file that an operation answers with",
    emit: emitClientOperations,
    want: "options?: Options) => Promise<Blob>;",
  },
  {
    what: "that an operation answers page by page",
    emit: emitClientOperations,
    want: `*
* \`await\` gives one page; \`for await\` gives the items of this page and of all that follow.
*/
readonly pages: (
request?: {
/** Some text. */
page_id?: string | undefined;
},
options?: Options,
) => Promise<wire.ClientPage> & AsyncIterable<wire.ClientNote>;`,
  },
  {
    what: "where the items of pages are, if that is clear",
    emit: emitClientOperations,
    want: 'export const paged = {\n"things.pages": "results",\n"things.range": "notes",\n} as const;',
  },
  {
    what: "which operations take an Idempotency-Key",
    emit: emitClientOperations,
    want: 'export const keyed = ["things.add"] as const;',
  },
  {
    what: "what goes over a channel",
    emit: emitClientChannels,
    want: "/** What the server sends. */\nreceives: wire.ClientNote;\n/** What a client sends. */\nsends: wire.ClientNoteInput;\n",
  },
  { what: "what a channel is connected with", emit: emitClientChannels, want: "from?: number | undefined" },
  { what: "where a channel is", emit: emitClientChannels, want: 'address: "/sockets/things"' },
  {
    what: "what a close code means",
    emit: emitClientChannels,
    want: '4404: { summary: "No such thing", reconnect: false }',
  },
  {
    what: "the types of both sides",
    emit: emitClientTypes,
    want: "/** A ClientNote. */\nexport interface ClientNoteInput {\n/** The text. */\ntext?: string;\n}",
  },
];

for (const { what, emit, want } of parts) {
  test(`client: ${what}`, async () => {
    const text = (await formatted(emit(model))).replaceAll(/^ +/gm, "");
    assert.ok(text.includes(want), text);
  });
}

test("types: every named schema of both protocols, each side of it", async () => {
  const text = await formatted(emitClientTypes(model));
  const names = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(
    names.filter((name) => name?.startsWith("Client")),
    ["ClientAccepted", "ClientList", "ClientNote", "ClientNoteInput", "ClientPage", "ClientRange", "ClientUnclear"],
  );
});

test("client: a redirect is for a browser, and no call", () => {
  const away = { path: "/away", redirect: "Elsewhere.", responses: {}, example: {} } as const;
  const text = emitClientOperations(modelOf({ list: operationWith(), leave: operationWith(away) }));
  assert.match(text, /list/);
  assert.doesNotMatch(text, /leave|away/);
});
