// npm run bench [-- names…] [--json FILE] [--rounds N]: what the server costs, each figure next to the least that could do
// the same, and how the cost of some grows with what there is, in the same run. Compare the ratios, not the figures: those are
// this machine's, at this moment. Where bytes only pass through, the figure is how much the process grows, next to its goal.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { compare } from "./figure.ts";
import type { Outcome } from "./figure.ts";
import { appendMany, appendOne } from "./figures/append.ts";
import { eventPage } from "./figures/event-page.ts";
import { fanOut } from "./figures/fan-out.ts";
import { growth } from "./figures/growth.ts";
import { uploadFile, zipWorkspace } from "./figures/files.ts";
import { postgres } from "./figures/postgres.ts";
import { postMessage } from "./figures/post-message.ts";
import { watch } from "./memory.ts";
import type { MemoryOutcome } from "./memory.ts";
import { describe, describeMemory, machine } from "./report.ts";

const comparisons = [eventPage, postMessage, ...fanOut, appendOne, appendMany, ...postgres, ...growth];
const passages = [uploadFile, zipWorkspace];
const figures = [...comparisons, ...passages];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, rounds: { type: "string", default: "5" } },
});
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name));
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(", ")}. There are ${figures.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}

console.log(
  `${machine()}\nper second: median, slowest–fastest of ${values.rounds} rounds; processor time of the process for one operation\n`,
);
const isAsked = ({ name }: { readonly name: string }) => positionals.length === 0 || positionals.includes(name);
const outcomes: (Outcome | MemoryOutcome)[] = [];
for (const figure of comparisons.filter(isAsked)) {
  const obstacle = figure.obstacle?.() ?? null;
  if (obstacle !== null) {
    console.log(`${figure.operation}\n  not taken: ${obstacle}\n`);
    continue;
  }
  const outcome = await compare(figure, Number(values.rounds));
  outcomes.push(outcome);
  console.log(`${describe(outcome)}\n`);
}
for (const figure of passages.filter(isAsked)) {
  const outcome = await watch(figure);
  outcomes.push(outcome);
  console.log(`${describeMemory(outcome)}\n`);
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine: machine(), figures: outcomes }, null, 2)}\n`);
