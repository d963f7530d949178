import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runConformance } from "../../conformance/run.ts";
import { startTinyServer } from "./support/tiny-server.ts";
import type { Lies } from "./support/tiny-server.ts";

const folder = await mkdtemp(join(tmpdir(), "conformance-gaps-"));
after(() => rm(folder, { recursive: true }));

interface Want {
  readonly name: string;
  readonly gaps: string;
  readonly only: string;
  readonly lies?: Lies;
  /** `outcome name`, of each result. */
  readonly results: readonly string[];
}

const gap = (pattern: string): string => `- pattern: ${pattern}\n  reason: Because.\n`;
const wrong: Lies = { answer: (answer, { path }) => (path === "/api/settings" ? { ...answer, status: 418 } : answer) };

const wants: Want[] = [
  {
    name: "what is declared and has no recipe fails",
    gaps: "",
    only: "socket/events/close-1001",
    results: ["failed socket/events/close-1001"],
  },
  {
    name: "unless a gap says why",
    gaps: gap("socket/*/close-1001"),
    only: "socket/events/close-1001",
    results: ["skipped socket/events/close-1001"],
  },
  {
    name: "a case that fails and is a known gap is skipped",
    gaps: gap("rest/settings.get/200"),
    only: "rest/settings.get/200",
    lies: wrong,
    results: ["skipped rest/settings.get/200"],
  },
  {
    name: "a gap that matches no name fails",
    gaps: gap("rest/nothing/**"),
    only: "rest/settings.get/200",
    results: ["passed rest/settings.get/200", "failed known-gaps/rest/nothing/**"],
  },
  {
    name: "a gap whose case passes fails",
    gaps: gap("rest/settings.*/200"),
    only: "rest/settings.get/200",
    results: ["passed rest/settings.get/200", "failed known-gaps/rest/settings.*/200"],
  },
  {
    name: "a gap of cases that were not selected is left alone",
    gaps: gap("socket/*/close-1001"),
    only: "rest/settings.get/200",
    results: ["passed rest/settings.get/200"],
  },
];

for (const want of wants)
  test(want.name, async () => {
    await using server = await startTinyServer(want.lies);
    const file = join(folder, `${wants.indexOf(want)}.yaml`);
    await writeFile(file, want.gaps);
    const { results } = await runConformance({ url: server.url, key: server.key, gaps: file, only: want.only });
    assert.deepEqual(
      // What a lie breaks in the cleaning up is not what these cases are about.
      results.filter(({ name }) => name !== "cleanup").map(({ name, outcome }) => `${outcome} ${name}`),
      want.results,
    );
  });

test("a gap without a reason is refused", async () => {
  const file = join(folder, "bad.yaml");
  await writeFile(file, "- pattern: rest/**\n  reason: ' '\n");
  await assert.rejects(
    runConformance({ url: "http://127.0.0.1:9", gaps: file }),
    /each entry needs a pattern and a reason/,
  );
});
