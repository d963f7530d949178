// Lints every published document with every linter that knows its kind. Nothing leaves this machine.
//   npm run lint:spec
// Exits with 1 on any finding that waivers.ts does not cover, whatever its severity, and on a waiver that covers nothing.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { asyncApiParser } from "./linters/asyncapi-parser.ts";
import type { Linter, SpecDocument } from "./linters/finding.ts";
import { redocly } from "./linters/redocly.ts";
import { spectralAsyncApi, spectralOas } from "./linters/spectral.ts";
import { judge, staleWaivers, waivers } from "./waivers.ts";
import type { Judged, Waiver } from "./waivers.ts";

const root = join(import.meta.dirname, "../..");
const linters = [redocly, spectralOas, spectralAsyncApi, asyncApiParser];

interface Report {
  readonly document: SpecDocument;
  readonly linter: Linter;
  readonly judged: readonly Judged[];
}

const documents = await Promise.all((await documentNames()).map(readDocument));
const reports = await Promise.all(
  documents.flatMap((document) =>
    linters.filter(({ kinds }) => kinds.includes(document.kind)).map((linter) => reportOn(document, linter)),
  ),
);
const stale = staleWaivers(reports.flatMap(({ judged }) => judged));
console.log([...reports.map(textOf), ...waivers.map(reasonText), ...stale.map(staleText)].join("\n"));

const failures = reports.flatMap(({ judged }) => judged).filter(({ waiver }) => !waiver).length + stale.length;
console.log(failures === 0 ? `\n${documents.length} documents, nothing to mend.` : `\n${failures} to mend.`);
process.exitCode = failures === 0 ? 0 : 1;

/** The two published documents, and what is generated beside them. */
async function documentNames(): Promise<string[]> {
  const folder = "generated/documents";
  const others = (await readdir(join(root, folder))).filter((name) => name.endsWith(".yaml")).toSorted();
  return ["openapi.yaml", "asyncapi.yaml", ...others.map((name) => `${folder}/${name}`)];
}

async function readDocument(name: string): Promise<SpecDocument> {
  const path = join(root, name);
  const text = await readFile(path, "utf8");
  const content: unknown = parse(text);
  const kind = (["openapi", "asyncapi"] as const).find((key) => Object.hasOwn(content as object, key));
  if (!kind) throw new Error(`${name} is neither an OpenAPI nor an AsyncAPI document.`);
  return { name, path, text, kind, content };
}

async function reportOn(document: SpecDocument, linter: Linter): Promise<Report> {
  return { document, linter, judged: judge(await linter.lint(document), document) };
}

function textOf({ document, linter, judged }: Report): string {
  const counting = judged.filter(({ waiver }) => !waiver).length;
  const verdict = counting === 0 ? "passed" : `${counting} found`;
  return [`${document.name}: ${linter.name}: ${verdict}`, ...judged.map((one) => `  ${lineOf(one, document)}`)].join(
    "\n",
  );
}

function lineOf({ finding, waiver, refused }: Judged, { name }: SpecDocument): string {
  if (waiver) return `waived: ${finding.rule} at ${finding.at}`;
  const what = `${finding.rule} (${finding.severity}): ${name}:${finding.line} ${finding.at}: ${finding.message.trim()}`;
  return refused ? `${what} Not waived: ${refused}.` : what;
}

function reasonText({ at, rules, reason }: Waiver): string {
  return `Waived at ${at}: ${rules.join(", ")}. ${reason}`;
}

function staleText(waiver: string): string {
  return `waivers.ts: nothing is left for the waiver of ${waiver}. Fix: remove it.`;
}
