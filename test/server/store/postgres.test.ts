// What is PostgreSQL's alone: where it is, and what it must be.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { OperatorError } from "../../../server/operator-error.ts";
import { openPostgresStore } from "../../../server/store/postgres/open.ts";
import { isPostgresUrl, withoutSecrets } from "../../../server/store/postgres/url.ts";
import { postgres, storeSides, temporaryDatabase } from "../../support/stores.ts";

const options = { now: () => "2026-11-22T10:15:30.123Z", poolSize: 1 };

test("a database that cannot be reached is named in one line, without the password", async () => {
  const password = randomBytes(24).toString("hex");
  const url = `postgresql://ada:${password}@127.0.0.1:1/openhands?application_name=${password}`;
  await assert.rejects(openPostgresStore(url, options), (error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(
      error.message,
      /^The database postgresql:\/\/127\.0\.0\.1:1\/openhands cannot be used\. PostgreSQL does not answer: connect ECONNREFUSED 127\.0\.0\.1:1\. Fix: /,
    );
    assert.ok(!JSON.stringify([error.message, error.cause, error.stack]).includes(password));
    return true;
  });
});

for (const side of storeSides.filter((each) => each === postgres)) {
  test("a database that is not there is refused, with its name", async (t) => {
    const place = await side.place(t);
    const url = `${place.env["DATABASE_URL"]}_other`;
    await assert.rejects(
      openPostgresStore(url, options),
      /^OperatorError: The database \S+_other cannot be used\. .*does not exist\. Fix: /,
    );
  });

  test("a database that cannot hold every text is refused", async (t) => {
    const url = await temporaryDatabase(t, "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
    await assert.rejects(
      openPostgresStore(url, options),
      /^OperatorError: The database \S+ has the encoding LATIN1\. Fix: /,
    );
  });
}

for (const [text, expected] of [
  ["postgres://localhost/a", true],
  ["postgresql://user:p%40ss@db.example:5433/a?sslmode=verify-full", true],
  ["postgresql:///a?host=/var/run/postgresql", true],
  ["mysql://localhost/a", false],
  ["localhost:5432/a", false],
  ["", false],
  ["postgres://user:12/34@db.example/a", false], // an unencoded slash makes "user" the host
  ["postgres://user:12#34@db.example/a", false],
] as const)
  test(`${text === "" ? "nothing" : text} ${expected ? "names" : "does not name"} a database`, () =>
    assert.equal(isPostgresUrl(text), expected));

test("where a database is, is shown without whatever may be secret", () =>
  assert.equal(withoutSecrets("postgres://u:p@db.example:5433/a?password=q#r"), "postgres://db.example:5433/a"));
