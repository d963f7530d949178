// Holds the documents against those of the last release, which stand in docs/released/.
//   npm run check:compatibility   fails on a breaking change without a major version and a changelog entry, which it drafts
//   npm run release:documents     records the documents as those that are released with this version
import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareDocuments } from "../diff/compare.ts";
import type { Documents } from "../diff/compare.ts";
import { loadDocuments } from "../diff/load.ts";
import { countText } from "../diff/report/comparison.ts";
import { textReport } from "../diff/report/text.ts";
import { isUnreleased, judge } from "./compatibility.ts";

const documents = ["openapi.yaml", "asyncapi.yaml"];

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    root: { type: "string", default: join(import.meta.dirname, "..") },
  },
});

const released = join(options.root, "docs/released");
const changelog = await readFile(join(options.root, "CHANGELOG.md"), "utf8");
// npm itself sees to it that a package has a version.
const { version } = JSON.parse(await readFile(join(options.root, "package.json"), "utf8")) as { version: string };

const problem = options.record ? await record() : await check();
if (problem !== null) {
  console.error(problem);
  process.exitCode = 1;
}

/** @returns what is wrong; null when all is well */
async function check(): Promise<string | null> {
  const before = await read(released);
  const after = await read(options.root);
  const changes = compareDocuments(before, after, new Date().toISOString().slice(0, "YYYY-MM-DD".length));
  const since = versionOf(before);
  const { problems, draft } = judge({ released: since, current: version, changelog, changes });
  if (problems.length === 0) {
    console.log(`The documents since ${since}: ${countText(changes)}.`);
    return null;
  }
  const breaking = changes.filter(({ severity }) => severity === "breaking");
  console.log(textReport({ old: "docs/released", new: "the documents", changes: breaking }));
  if (draft !== "") console.log(`\n${draft}`);
  return `\n${[...problems, ...wayOut(since)].join("\n")}`;
}

/** What is not out yet has no clients. */
function wayOut(since: string): string[] {
  if (!isUnreleased(changelog, since)) return [];
  return [`${since} is not released yet: npm run release:documents records its documents anew.`];
}

async function record(): Promise<string | null> {
  const recorded = await read(released).catch(() => []);
  if (recorded.length > 0 && versionOf(recorded) === version && !isUnreleased(changelog, version))
    return `${version} is released with other documents, which stay as they are. Fix: give package.json the next version.`;
  await mkdir(released, { recursive: true });
  for (const name of documents) await cp(join(options.root, name), join(released, name));
  console.log(`docs/released/ holds the documents of ${version}.`);
  return null;
}

/** Both documents of a folder, whatever else is in it. */
async function read(folder: string): Promise<Documents> {
  const loaded = await Promise.all(documents.map((name) => loadDocuments(join(folder, name))));
  return loaded.flatMap((each) => each.documents);
}

function versionOf([document]: Documents): string {
  const { info } = document?.root ?? {};
  const stated = typeof info === "object" && info !== null && !Array.isArray(info) ? info["version"] : undefined;
  if (typeof stated !== "string") throw new Error(`${document?.source} has no info.version.`);
  return stated;
}
