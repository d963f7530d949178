import assert from "node:assert/strict";
import { test } from "node:test";
import { createEditHistory } from "../../../server/runtime/edit-history.ts";

const roomy = { entries: 100, characters: 1000, totalCharacters: 1000 };

test("gives back the newest entry of a file first", () => {
  const history = createEditHistory(roomy);
  history.push("w", "a", "1");
  history.push("w", "b", null);
  history.push("w", "a", "2");
  assert.deepEqual(
    [history.pop("w", "a"), history.pop("w", "a"), history.pop("w", "a"), history.pop("w", "b"), history.pop("w", "b")],
    ["2", "1", undefined, null, undefined],
  );
});

test("keeps workspaces apart", () => {
  const history = createEditHistory(roomy);
  history.push("w", "a", "1");
  history.push("v", "a", "2");
  history.forget("w");
  assert.deepEqual([history.pop("w", "a"), history.pop("v", "a")], [undefined, "2"]);
});

test("drops the oldest entries beyond the number or the size of a workspace", () => {
  const few = createEditHistory({ ...roomy, entries: 2 });
  for (const text of ["1", "2", "3"]) few.push("w", "a", text);
  assert.deepEqual([few.pop("w", "a"), few.pop("w", "a"), few.pop("w", "a")], ["3", "2", undefined]);
  const small = createEditHistory({ ...roomy, characters: 5 });
  for (const text of ["111", "22", "333", "4"]) small.push("w", "a", text);
  assert.deepEqual([small.pop("w", "a"), small.pop("w", "a"), small.pop("w", "a")], ["4", "333", undefined]);
  small.push("w", "a", "too long");
  assert.equal(small.pop("w", "a"), undefined);
});

test("drops those of the workspace that was edited least recently beyond the total", () => {
  const history = createEditHistory({ ...roomy, totalCharacters: 6 });
  history.push("w", "a", "11");
  history.push("v", "a", "22");
  history.push("w", "a", "33");
  history.push("u", "a", "44");
  assert.deepEqual(
    [history.pop("v", "a"), history.pop("w", "a"), history.pop("w", "a"), history.pop("u", "a")],
    [undefined, "33", "11", "44"],
  );
});

test("counts what was taken back as free again", () => {
  const history = createEditHistory({ ...roomy, totalCharacters: 4 });
  for (let round = 0; round < 5; round += 1) {
    history.push("w", "a", "1234");
    assert.equal(history.pop("w", "a"), "1234");
    history.push("v", "a", "1234");
    history.forget("v");
  }
});
