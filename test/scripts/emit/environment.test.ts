import assert from "node:assert/strict";
import { test } from "node:test";
import { emitConfigurationPage, emitEnvExample } from "../../../scripts/emit/environment.ts";

const variables = [
  { name: "PORT", description: "The port | to listen on.", initial: "3000" },
  { name: "ORIGINS", description: "Who may call.", initial: "" },
  { name: "KEY", description: "The key.", initial: null },
];

test(".env.example: every variable, commented out, with its default", () => {
  const [, ...entries] = emitEnvExample(variables).split("\n\n");
  assert.deepEqual(entries, [
    "# The port | to listen on.\n#PORT=3000",
    "# Who may call.\n#ORIGINS=",
    "# The key.\n#KEY=\n",
  ]);
});

test("docs/configuration.md: the same as a table, whose cells no text breaks", () => {
  const rows = emitConfigurationPage(variables).match(/^\|.*\|$/gm);
  assert.deepEqual(rows, [
    "| variable | default | what it is for |",
    "| --- | --- | --- |",
    "| `PORT` | `3000` | The port \\| to listen on. |",
    "| `ORIGINS` | empty | Who may call. |",
    "| `KEY` | none | The key. |",
  ]);
});
