import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { change } from "../../../server/store/connection.ts";
import { StoreUnavailableError } from "../../../server/store/store.ts";
import { cleanUp } from "../../support/start-server.ts";
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

test("a full disk is what may pass, and a transaction that meets one changes nothing", async (t) => {
  const place = await sqlite.place(t);
  const { db, transaction, close } = place.connect();
  cleanUp(t, close);
  await sql`CREATE TABLE texts (text TEXT)`.execute(db);
  await sql`PRAGMA max_page_count = 3`.execute(db);
  const insert = sql`INSERT INTO texts VALUES (${"x".repeat(10_000)})`.compile(db);
  await assert.rejects(
    transaction(function* () {
      yield* change(insert);
    }),
    StoreUnavailableError,
  );
  await assert.rejects(db.executeQuery(insert), StoreUnavailableError);
  const { rows } = await sql`SELECT * FROM texts`.execute(db);
  assert.deepEqual(rows, []);
});
