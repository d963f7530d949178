import { join } from "node:path";
import { Command, Option } from "commander";
import { DocumentError, loadDocument, messageOf } from "../conformance/documents.ts";
import type { DocumentKind } from "../conformance/documents.ts";
import { readAccessLog } from "./access-log.ts";
import { catalogueOf } from "./catalogue.ts";
import { readHar } from "./har.ts";
import { gather, reportText } from "./report.ts";
import type { Report } from "./report.ts";
import { TrafficError } from "./traffic.ts";

/** Exit codes of the command. */
export const exitCodes = { none: 0, some: 1, couldNotRead: 2 } as const;

interface Flags {
  readonly har?: readonly string[];
  readonly log?: readonly string[];
  readonly base?: string;
  readonly openapi?: string;
  readonly asyncapi?: string;
  readonly format: "text" | "json";
}

/** How long a document may take that is named by its URL. */
const downloadMs = 10_000;

/** `openhands-api deprecations --har FILE | --log FILE`. It sets the process's exit code. */
export function deprecationsCommand(): Command {
  return new Command("deprecations")
    .description(
      "Lists the deprecated and gone calls in recorded traffic: what to use instead, and how long they work.",
    )
    .option("--har <files...>", "recorded by a browser (DevTools, Export HAR) or by Playwright (recordHar)")
    .option("--log <files...>", "written by openhands-api serve to its standard error; - for standard input")
    .option("--base <url or path>", "where the API was reached: https://example.com/openhands, or the path alone")
    .option("--openapi <file or url>", "the OpenAPI document (default: that of this version)")
    .option("--asyncapi <file or url>", "the AsyncAPI document (default: that of this version)")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .addHelpText("after", "\nExit codes: 0 none was used, 1 some were, 2 something could not be read.")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.couldNotRead)) // 1 means something here
    .action(async (flags: Flags, command: Command) => {
      if (!flags.har && !flags.log) command.error("error: name recorded traffic with --har or --log");
      process.exitCode = await run(flags);
    });
}

async function run(flags: Flags): Promise<number> {
  try {
    const report = await reportOn(flags);
    console.log(flags.format === "json" ? JSON.stringify(report, null, 2) : reportText(report));
    return report.uses.length === 0 ? exitCodes.none : exitCodes.some;
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof TrafficError)) throw error;
    console.error(`deprecations could not run: ${messageOf(error)}`);
    return exitCodes.couldNotRead;
  }
}

async function reportOn({ har = [], log = [], base = "", ...flags }: Flags): Promise<Report> {
  const { host, path } = placeOf(base);
  const load = (kind: DocumentKind) => loadDocument(kind, flags[kind] ?? published(kind), downloadMs);
  const catalogue = catalogueOf(await load("openapi"), await load("asyncapi"), path);
  const gathering = gather();
  for (const file of har) await readHar(file, { catalogue, host }, gathering);
  for (const file of log) await readAccessLog(file, catalogue, gathering);
  return gathering.report(new Date());
}

/** The document beside this code. */
function published(kind: DocumentKind): string {
  return join(import.meta.dirname, "..", `${kind}.yaml`);
}

/** @throws {TrafficError} when `base` is neither a URL nor a path */
function placeOf(base: string): { readonly host: string | undefined; readonly path: string } {
  if (base === "" || base.startsWith("/")) return { host: undefined, path: base.replace(/\/+$/, "") };
  const url = URL.parse(base);
  if (!url?.host)
    throw new TrafficError(`--base: ${base} is neither a URL such as https://example.com/openhands nor a path.`);
  return { host: url.host, path: url.pathname.replace(/\/+$/, "") };
}
