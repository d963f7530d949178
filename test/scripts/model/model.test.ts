import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { booleanParameter, integerParameter, listParameter } from "../../../contract/primitives.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { channelWith, messageWith, modelOf, named, operationWith } from "../small-contract.ts";

test("parameters have the schema of the value that their text stands for, and say what must be sent", () => {
  const one = operationWith({
    path: "/things/:id",
    params: z.object({ id: z.string() }),
    query: z.object({
      limit: integerParameter({ min: 1 }).default(20),
      exact: booleanParameter().optional(),
      kinds: listParameter(z.enum(["a", "b"])),
    }),
    example: { request: { params: { id: "x" }, query: { limit: "5", exact: "1", kinds: "a,b" } }, response: {} },
  });
  assert.deepEqual(modelOf({ one }).operations[0]?.parameters, [
    { name: "id", in: "path", required: true, schema: { type: "string" }, example: "x" },
    { name: "limit", in: "query", required: false, schema: { type: "integer", minimum: 1, default: 20 }, example: 5 },
    { name: "exact", in: "query", required: false, schema: { type: "boolean" }, example: true },
    {
      name: "kinds",
      in: "query",
      required: true,
      schema: { type: "array", items: { type: "string", enum: ["a", "b"] } },
      example: ["a", "b"],
    },
  ]);
});

test("errors are grouped by status, in the order of the statuses", () => {
  const { failures } =
    modelOf({ one: operationWith({ security: "user", errors: ["not_ready", "conversation_not_found"] }) })
      .operations[0] ?? {};
  assert.deepEqual(
    failures?.map(({ status, codes }) => [status, ...codes]),
    [
      [400, "credentials_conflict", "validation_failed"],
      [401, "invalid_credentials", "unauthenticated"],
      [404, "conversation_not_found"],
      [429, "rate_limited"],
      [500, "internal_error"],
      [503, "not_ready"],
    ],
  );
});

test("what a client sends and what it gets are told apart, per document", () => {
  const Note = named("ModelNote", { text: z.string().default("").describe("The text.") });
  const operations = { one: operationWith({ responses: { 200: Note } }) };
  const live = channelWith({ messages: { note: messageWith({ direction: "receive", payload: Note }) } });
  const model = buildModel({ things: operations }, { live });
  const notes = (schemas: object) => Object.keys(schemas).filter((name) => name.startsWith("ModelNote"));
  assert.deepEqual(notes(model.restSchemas), ["ModelNote", "ModelNoteEnvelope"], "only ever an answer over REST");
  assert.deepEqual(notes(model.socketSchemas), ["ModelNote"], "only ever a request over the socket");
  assert.deepEqual(notes(model.allSchemas), ["ModelNote", "ModelNoteInput"], "both, for code that speaks both");
});
