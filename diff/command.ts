import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { isAtLeast, worstOf } from "./change.ts";
import type { Severity } from "./change.ts";
import { compareDocuments } from "./compare.ts";
import type { Documents } from "./compare.ts";
import { loadDocuments } from "./load.ts";
import type { Loaded } from "./load.ts";
import { DocumentError } from "./place.ts";
import { jsonReport } from "./report/json.ts";
import { markdownReport } from "./report/markdown.ts";
import { rulesPage } from "./report/rules.ts";
import { textReport } from "./report/text.ts";

/** Exit codes of the command. */
export const exitCodes = { fine: 0, breaking: 1, couldNotRun: 2, risky: 3 } as const;

const reports = { text: textReport, json: jsonReport, markdown: markdownReport } as const;

interface Flags {
  readonly format: keyof typeof reports;
  readonly failOn: Severity | "never";
  readonly today: string;
  readonly rules?: boolean;
}

/** `openhands-api diff OLD NEW`. It sets the process's exit code by the worst change. */
export function diffCommand(): Command {
  return (
    new Command("diff")
      .description("Compares two versions of the documents of an API, and says of each change what it does to clients.")
      .addArgument(new Argument("[old]", "what clients were written for: a file, a folder, REV or REV:path"))
      .addArgument(new Argument("[new]", "what they will meet: a file, a folder, REV or REV:path"))
      .addOption(new Option("--format <format>", "of the report").choices(["text", "json", "markdown"]).default("text"))
      .addOption(
        new Option("--fail-on <class>", "the least class of change that makes the exit code other than 0")
          .choices(["breaking", "risky", "never"])
          .default("breaking"),
      )
      .option(
        "--today <date>",
        "the day that sunsets are held against, as YYYY-MM-DD",
        day,
        day(new Date().toISOString()),
      )
      .option("--rules", "print all rules as Markdown instead, with their classes and reasons")
      .addHelpText("after", help)
      // A mistake in the arguments must not look like a breaking change.
      .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.fine : exitCodes.couldNotRun))
      .action(async (old: string | undefined, next: string | undefined, flags: Flags, command: Command) => {
        if (flags.rules) return console.log(rulesPage());
        if (old === undefined || next === undefined)
          return command.error("diff takes OLD and NEW, such as: openhands-api diff v0.1.0 HEAD");
        process.exitCode = await run(old, next, flags);
      })
  );
}

const help = `
A git revision such as main or v0.1.0, or a folder, stands for the openapi.yaml and the asyncapi.yaml in it.

  breaking  a client that keeps to OLD fails with NEW
  risky     a client that keeps to OLD may fail with NEW, by how it was written
  safe      no such client notices

Exit codes: 0 nothing as bad as --fail-on, 1 a breaking change, 3 a risky one (with --fail-on risky), 2 could not run.

Examples:
  openhands-api diff v0.1.0 HEAD                      both documents of two revisions
  openhands-api diff main:openapi.yaml openapi.yaml   one document, as it was and as it is
  openhands-api diff old.yaml new.yaml --format markdown --fail-on risky`;

async function run(old: string, next: string, flags: Flags): Promise<number> {
  try {
    const [before, after] = matching(await loadDocuments(old), await loadDocuments(next));
    const changes = compareDocuments(before, after, flags.today);
    // Unlike process.stdout.write, it does not mind a reader that has left, such as `head`.
    console.log(reports[flags.format]({ old, new: next, changes }));
    return exitCodeOf(worstOf(changes), flags.failOn);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    console.error(`diff could not run: ${error.message}`);
    return exitCodes.couldNotRun;
  }
}

function exitCodeOf(worst: Severity, failOn: Severity | "never"): number {
  if (failOn === "never" || !isAtLeast(worst, failOn)) return exitCodes.fine;
  return worst === "breaking" ? exitCodes.breaking : exitCodes.risky;
}

/** A file is compared with the document of its kind, whatever else stands beside that; sets are compared whole. */
function matching(old: Loaded, next: Loaded): [Documents, Documents] {
  const single = [old, next].find(({ isFile }) => isFile)?.documents[0];
  if (!single) return [old.documents, next.documents];
  const [before, after] = [old, next].map(({ documents }) => documents.filter(({ kind }) => kind === single.kind));
  if (before?.length && after?.length) return [before, after];
  const names = [old, next].flatMap(({ documents }) => documents.map(({ kind, source }) => `${source} is ${kind}`));
  throw new DocumentError(`Nothing can be compared: ${names.join(", ")}. Fix: give two documents of the same kind.`);
}

function day(text: string): string {
  const date = text.slice(0, "YYYY-MM-DD".length);
  if (/^\d{4}-\d\d-\d\d$/.test(date)) return date;
  throw new InvalidArgumentError("It must be a day as YYYY-MM-DD.");
}
