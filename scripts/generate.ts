// contract -> documents, server stubs, client. The only script that writes; the emitters are pure functions.
//   npm run generate              writes what has changed
//   npm run generate -- --check   writes nothing; shows what is stale and exits with 1
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { format } from "oxfmt";
import { channels, contract, differences } from "../contract/index.ts";
import { emitAsyncApi } from "./emit/asyncapi.ts";
import { emitClientChannels, emitClientOperations, emitClientTypes } from "./emit/client.ts";
import { emitApiChangelog, emitMigrationGuide } from "./emit/deprecations.ts";
import { emitDifferences } from "./emit/differences.ts";
import { emitConfigurationPage, emitEnvExample } from "./emit/environment.ts";
import { emitServerModels } from "./emit/models.ts";
import { emitOpenApi } from "./emit/openapi.ts";
import { emitServerHandlers, emitServerOperations } from "./emit/server.ts";
import { environmentVariables } from "../server/config.ts";
import { buildModel } from "./model/model.ts";
import { ContractError } from "./model/mistakes.ts";
import { readModelCatalogue } from "./model-catalogue.ts";

const root = join(import.meta.dirname, "..");

/** Everything in this folder is generated, so a file that no emitter writes is stale. */
const generatedFolder = "generated";

const { values: options } = parseArgs({ options: { check: { type: "boolean", default: false } } });

try {
  const files = await generate();
  const stale = await staleFiles(files);
  await (options.check ? report(stale) : write(stale));
} catch (error) {
  if (!(error instanceof ContractError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** The text of every generated file, by path. */
async function generate(): Promise<Map<string, string>> {
  const model = buildModel(contract, channels, differences);
  const sources = new Map([
    ["generated/client/types.ts", emitClientTypes(model)],
    ["generated/client/operations.ts", emitClientOperations(model)],
    ["generated/client/channels.ts", emitClientChannels(model)],
    ["generated/server/handlers.ts", emitServerHandlers(model)],
    ["generated/server/operations.ts", emitServerOperations(model)],
    ["generated/server/models.ts", emitServerModels(await readModelCatalogue())],
  ]);
  const formatted = await Promise.all(
    [...sources].map(async ([path, text]) => [path, await formatSource(path, text)] as const),
  );
  return new Map([
    ["openapi.yaml", emitOpenApi(model)],
    ["asyncapi.yaml", emitAsyncApi(model, "server")],
    ["generated/documents/asyncapi.client.yaml", emitAsyncApi(model, "client")],
    ["generated/documents/openapi.without-v1.yaml", emitOpenApi(model, ["v1"])],
    ["generated/documents/asyncapi.without-v1.yaml", emitAsyncApi(model, "server", ["v1"])],
    [".env.example", emitEnvExample(environmentVariables)],
    ["docs/configuration.md", emitConfigurationPage(environmentVariables)],
    ["docs/upstream-differences.md", emitDifferences(model)],
    ["docs/migration.md", emitMigrationGuide(model)],
    ["docs/api-changelog.md", emitApiChangelog(model)],
    ...formatted,
  ]);
}

async function formatSource(path: string, text: string): Promise<string> {
  const { code, errors } = await format(path, text, { printWidth: 120 });
  if (errors.length > 0)
    throw new Error(`${path} is no TypeScript: ${errors.map(({ message }) => message).join("; ")}`);
  return code;
}

interface StaleFile {
  readonly path: string;
  /** What stands on the disk; null when there is no such file. */
  readonly before: string | null;
  /** What should stand there; null when the file should not exist. */
  readonly after: string | null;
}

async function staleFiles(files: ReadonlyMap<string, string>): Promise<StaleFile[]> {
  const entries = await readdir(join(root, generatedFolder), { recursive: true, withFileTypes: true }).catch(() => []);
  const present = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const paths = [...new Set([...files.keys(), ...present])].toSorted();
  const compared = await Promise.all(
    paths.map(async (path) => ({
      path,
      before: await readFile(join(root, path), "utf8").catch(() => null),
      after: files.get(path) ?? null,
    })),
  );
  return compared.filter(({ before, after }) => before !== after);
}

async function write(stale: readonly StaleFile[]): Promise<void> {
  for (const { path, after } of stale) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await (after === null ? rm(target) : writeFile(target, after));
    console.log(`${after === null ? "removed" : "wrote"} ${path}`);
  }
  if (stale.length === 0) console.log("Everything generated is fresh.");
}

function report(stale: readonly StaleFile[]): void {
  for (const { path, before, after } of stale)
    console.error(createTwoFilesPatch(`${path} (on disk)`, `${path} (from the contract)`, before ?? "", after ?? ""));
  if (stale.length === 0) console.log("Everything generated is fresh.");
  else {
    console.error(
      `${stale.length} generated ${stale.length === 1 ? "file is" : "files are"} stale. Fix: npm run generate, and commit the result.`,
    );
    process.exitCode = 1;
  }
}
