import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { deprecated } from "../../../contract/deprecation.ts";
import type { Deprecation } from "../../../contract/index.ts";
import { emitClientTypes } from "../../../scripts/emit/client.ts";
import { emitApiChangelog, emitMigrationGuide } from "../../../scripts/emit/deprecations.ts";
import { channelWith, messageWith, modelOf, named, operationWith } from "../small-contract.ts";

const entry = (change: Partial<Deprecation>): Deprecation => ({
  state: "deprecated",
  since: "2026-01-01",
  sunset: "2027-01-01",
  replacement: "things.list",
  reason: "No use.",
  ...change,
});

const gone = entry({ state: "gone", since: "2025-01-01", sunset: "2026-01-01" });
const message = entry({ replacement: "news" });
const field = z.string().meta({ description: "Old.", ...deprecated(entry({ replacement: "name" })) });
const [a, b] = ["DeprecatedFieldA", "DeprecatedFieldB"].map((id) => named(id, { title: field }, { title: "t" }));
const example = { response: { title: "t" } };
const payload = z.object({}).meta({ id: "OldSay", description: "Old.", examples: [{}], ...deprecated(message) });

const model = modelOf(
  {
    list: operationWith({ ...(a && { responses: { 200: a } }), example }),
    get: operationWith({ path: "/other", ...(b && { responses: { 200: b } }), example }),
    reset: operationWith({ method: "POST", path: "/reset", responses: {}, example: {}, deprecation: gone }),
    old: operationWith({ path: "/old", deprecation: entry({}) }),
  },
  {
    chat: channelWith({
      messages: {
        say: messageWith({ direction: "receive", name: "say", payload, deprecation: message }),
        news: messageWith(),
      },
    }),
  },
);

/** The cells of the rows of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const section = emitMigrationGuide(model).split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return (section.match(/^\|.*\|$/gm) ?? []).slice(2);
}

test("the guide lists operations, messages and fields, those that several schemas share once", () => {
  assert.deepEqual(rowsUnder("Deprecated"), [
    "| `GET /old` | 2026-01-01 | 2027-01-01 | `GET /things` | No use. |",
    "| the message `say` on `/sockets/things` | 2026-01-01 | 2027-01-01 | `news` | No use. |",
    "| the field `title` of `DeprecatedFieldA`, `DeprecatedFieldB` | 2026-01-01 | 2027-01-01 | `name` | No use. |",
  ]);
  assert.deepEqual(rowsUnder("Gone"), ["| `POST /reset` | 2026-01-01 | `GET /things` | No use. |"]);
});

test("the guide of a contract without any says so", () => {
  assert.match(
    emitMigrationGuide(modelOf({ list: operationWith() })),
    /## Deprecated\n\nNothing\.\n\n## Gone\n\nNothing\.\n$/,
  );
});

test("the changelog tells what happens on which day, the latest first", () => {
  const [, ...days] = emitApiChangelog(model).split("\n## ");
  assert.deepEqual(days, [
    "2027-01-01\n\n- Will be gone: `GET /old`.\n- Will be gone: the message `say` on `/sockets/things`.\n- Will be gone: the field `title` of `DeprecatedFieldA`, `DeprecatedFieldB`.\n",
    "2026-01-01\n\n- Gone: `POST /reset`.\n- Deprecated: `GET /old`. Use `GET /things`.\n- Deprecated: the message `say` on `/sockets/things`. Use `news`.\n- Deprecated: the field `title` of `DeprecatedFieldA`, `DeprecatedFieldB`. Use `name`.\n",
    "2025-01-01\n\n- Deprecated: `POST /reset`. Use `GET /things`.\n",
  ]);
});

test("the client's types say it of fields and of payloads", () => {
  const types = emitClientTypes(model);
  assert.match(
    types,
    /\* @deprecated since 2026-01-01, gone from 2027-01-01 on: use `name`\. No use\.\n {3}\*\/\n {2}title: string;/,
  );
  assert.match(
    types,
    /@deprecated since 2026-01-01, gone from 2027-01-01 on: use `news`\. No use\.\n \*\/\nexport type OldSay/,
  );
});
