import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { OperatorError } from "../../../server/operator-error.ts";
import { sqlite } from "../../support/stores.ts";

test("a file that is no database is refused", async (t) => {
  const place = await sqlite.place(t);
  await writeFile(join(place.dataDir, "openhands.sqlite"), "no database ".repeat(100));
  await assert.rejects(place.open(), (error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /openhands\.sqlite cannot be opened \(file is not a database\)\. Fix: /);
    return true;
  });
});
