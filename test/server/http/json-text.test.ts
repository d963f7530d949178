import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonStream } from "../../../server/http/json-text.ts";

const cases: readonly { pages: readonly (readonly string[])[]; want: unknown[] }[] = [
  { pages: [], want: [] },
  { pages: [[], []], want: [] },
  { pages: [["1"]], want: [1] },
  { pages: [["1", "2"], ["3"]], want: [1, 2, 3] },
  { pages: [[], ["1"], [], ["2"], []], want: [1, 2] },
];

for (const { pages, want } of cases)
  test(`pages of a list are one JSON text: ${JSON.stringify(pages)}`, async () => {
    let text = "";
    for await (const part of JsonStream.ofList("list", from(pages)).parts) text += part;
    assert.deepEqual(JSON.parse(text), { list: want });
  });

async function* from<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
