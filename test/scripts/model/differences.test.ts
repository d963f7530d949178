import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { Difference } from "../../../contract/index.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { channelWith, modelOf, operationWith } from "../small-contract.ts";

/** A difference that is told from others by `here`. */
function difference(here: string): Difference {
  return { upstream: "something", here, why: "it is better", change: "Nothing." };
}

const none = { general: [], events: [] };

function placesOf({ differences }: ReturnType<typeof buildModel>): string[] {
  return differences.map(({ where, here }) => `${where} -> ${here}`);
}

test("a difference of an operation is at its method and path", () => {
  const one = operationWith({
    method: "DELETE",
    path: "/things/:id",
    params: z.object({ id: z.string() }),
    example: { request: { params: { id: "a" } }, response: {} },
    differences: [difference("this"), { ...difference("that"), topic: "an absent one" }],
  });
  assert.deepEqual(modelOf({ one }).differences, [
    { where: "`DELETE /things/{id}`", ...difference("this") },
    { where: "`DELETE /things/{id}`", topic: "an absent one", ...difference("that") },
  ]);
});

test("a difference that operations share is one, where the first of them stands; equal ones that are not shared are two", () => {
  const shared = difference("shared");
  const one = operationWith({ differences: [shared, difference("equal")] });
  const other = operationWith({ method: "DELETE", differences: [difference("equal"), shared] });
  assert.deepEqual(placesOf(modelOf({ one, other })), [
    "`GET /things`, `DELETE /things` -> shared",
    "`GET /things` -> equal",
    "`DELETE /things` -> equal",
  ]);
});

test("a difference of a channel is at its address", () => {
  const live = channelWith({ differences: [difference("live")] });
  assert.deepEqual(placesOf(modelOf({}, { live })), ["`/sockets/things` -> live"]);
});

test("a difference of events is at the events that it names, or at all of them", () => {
  const events = [
    { ...difference("both"), actions: ["run", "edit"], observations: ["read"] } as const,
    { ...difference("one"), observations: ["edit"] } as const,
    difference("all"),
  ];
  assert.deepEqual(placesOf(buildModel({}, {}, { ...none, events })), [
    "action `run`, `edit`; observation `read` -> both",
    "observation `edit` -> one",
    "every event -> all",
  ]);
});

test("general ones come first, then operations, channels and events", () => {
  const model = buildModel(
    { things: { one: operationWith({ differences: [difference("operation")] }) } },
    { live: channelWith({ differences: [difference("channel")] }) },
    { general: [{ topic: "everything", ...difference("general") }], events: [difference("event")] },
  );
  assert.deepEqual(
    model.differences.map(({ here }) => here),
    ["general", "operation", "channel", "event"],
  );
});
