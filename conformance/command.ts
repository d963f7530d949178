import { Command, InvalidArgumentError, Option } from "commander";
import { shareOf } from "./cover/coverage.ts";
import { DocumentError, messageOf } from "./documents.ts";
import { writeHtmlReport } from "./report/html.ts";
import { writeJsonReport } from "./report/json.ts";
import { writeJunitReport } from "./report/junit.ts";
import { caseLine, reportText } from "./report/terminal.ts";
import { phaseNames } from "./phases/phase.ts";
import type { PhaseName } from "./phases/phase.ts";
import { CannotRunError, runConformance } from "./run.ts";

/** Exit codes of the command. */
export const exitCodes = { passed: 0, failed: 1, couldNotRun: 2, notCovered: 3 } as const;

interface Flags {
  readonly url: string;
  readonly key?: string;
  readonly secondKey?: string;
  readonly openapi?: string;
  readonly asyncapi?: string;
  readonly v1: "on" | "off";
  readonly oidc: "on" | "off";
  readonly phase?: readonly PhaseName[];
  readonly seed?: number;
  readonly clock?: Date;
  readonly only?: string;
  readonly gaps?: string;
  readonly failFast?: boolean;
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly maxRequests?: number;
  readonly minCoverage: number;
  readonly maxTime: number;
  readonly timeout: number;
}

/** `openhands-api conformance --url …`. It sets the process's exit code: 0 passed, 1 failed, 2 could not run, 3 covered too little. */
export function conformanceCommand(): Command {
  return new Command("conformance")
    .description("Holds a running server against openapi.yaml and asyncapi.yaml: every operation, status and message.")
    .requiredOption("--url <url>", "the server under test: http://127.0.0.1:3000")
    .addOption(new Option("--key <key>", "an API key of the user to act for").env("OPENHANDS_API_KEY"))
    .addOption(
      new Option("--second-key <key>", "an API key of another user, who must see nothing of the first").env(
        "OPENHANDS_SECOND_API_KEY",
      ),
    )
    .option("--openapi <file>", "the OpenAPI document (default: what the server hands out)")
    .option("--asyncapi <file>", "the AsyncAPI document (default: what the server hands out)")
    .addOption(new Option("--v1 <state>", "whether the server runs with V1").choices(["on", "off"]).default("on"))
    .addOption(
      new Option("--oidc <state>", "whether the server has an OpenID provider").choices(["on", "off"]).default("off"),
    )
    .addOption(new Option("--phase <names...>", "only these phases; can be given again").choices(phaseNames))
    .option("--seed <number>", "makes up the same values again; a report names its seed", seed)
    .option("--clock <time>", "what the server's clock shows, where a test has set it: 2027-06-30T00:00:00Z", time)
    .option("--only <pattern>", "only the cases with such a name: 'rest/conversations.*/**'")
    .option("--gaps <file>", "known gaps, instead of those that are shipped")
    .option("--fail-fast", "end with the first failure")
    .option("--json <file>", "write the whole report there as JSON")
    .option("--junit <file>", "write the report there as JUnit XML")
    .option("--html <file>", "write the report there as a page")
    .option("--max-requests <number>", "how many made-up requests coverage and fuzz may each send, about", count, 5_000)
    .option("--min-coverage <percent>", "how much of what the documents declare has to be met", percent, 0)
    .option("--max-time <seconds>", "how long the whole run may take", seconds, 600)
    .option("--timeout <seconds>", "how long one answer or frame may take", seconds, 10)
    .addHelpText(
      "after",
      "\nExit codes: 0 all passed, 1 something failed, 2 the run could not begin, 3 less covered than --min-coverage.",
    )
    .action(async (flags: Flags) => {
      process.exitCode = await run(flags);
    });
}

async function run(flags: Flags): Promise<number> {
  try {
    const report = await runConformance({
      ...flags,
      v1: flags.v1 === "on",
      oidc: flags.oidc === "on",
      phases: flags.phase,
      maxTimeMs: flags.maxTime * 1000,
      answerMs: flags.timeout * 1000,
      onResult: (result) => console.log(caseLine(result)),
    });
    console.log(`\n${reportText(report)}`);
    if (flags.json !== undefined) await writeJsonReport(flags.json, report);
    if (flags.junit !== undefined) await writeJunitReport(flags.junit, report);
    if (flags.html !== undefined) await writeHtmlReport(flags.html, report);
    if (report.failed > 0) return exitCodes.failed;
    const percent = 100 * shareOf(report.coverage);
    if (percent >= flags.minCoverage) return exitCodes.passed;
    console.error(`covered ${percent.toFixed(1)} % of what the documents declare, less than ${flags.minCoverage} %`);
    return exitCodes.notCovered;
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof CannotRunError)) throw error;
    console.error(`conformance could not run: ${messageOf(error)}`);
    return exitCodes.couldNotRun;
  }
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 100.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number of seconds greater than 0.");
}

function seed(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 2 ** 32) return value;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${2 ** 32 - 1}.`);
}

function time(text: string): Date {
  const value = new Date(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(value.getTime())) return value;
  throw new InvalidArgumentError("It must be a time such as 2027-06-30T00:00:00Z (RFC 3339).");
}
