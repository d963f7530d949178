// Redocly's CLI has no library beside it, so it runs as a process of its own.
// https://redocly.com/docs/cli/commands/lint
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Finding, Linter, SpecDocument } from "./finding.ts";

const folder = join(import.meta.dirname, "..");
const cli = join(folder, "node_modules/@redocly/cli/bin/cli.js");

/** Redocly with the rules of `redocly.yaml`: `recommended-strict`, for OpenAPI and AsyncAPI alike. */
export const redocly: Linter = {
  name: "redocly recommended-strict",
  kinds: ["openapi", "asyncapi"],
  async lint(document) {
    const { problems } = JSON.parse(await run(document)) as { problems: Problem[] };
    return problems.map(findingOf);
  },
};

interface Problem {
  readonly ruleId: string;
  readonly severity: "error" | "warn";
  readonly message: string;
  readonly location: readonly { readonly pointer?: string; readonly start?: { readonly line: number } }[];
}

function findingOf({ ruleId, severity, message, location: [first] }: Problem): Finding {
  return {
    rule: `redocly/${ruleId}`,
    severity: severity === "warn" ? "warning" : "error",
    message,
    at: first?.pointer ?? "#/",
    line: first?.start?.line ?? 1,
  };
}

/** The report, as JSON. Redocly exits with 1 when it has found something; any other failure has no report. */
function run({ path }: SpecDocument): Promise<string> {
  const options = [
    "--config",
    join(folder, "redocly.yaml"),
    "--lint-config=error",
    "--format=json",
    "--max-problems=10000",
  ];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cli, "lint", path, ...options],
      { env, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (stdout.startsWith("{")) resolve(stdout);
        else reject(new Error(`Redocly gave no report on ${path}:\n${stdout}${stderr}`, { cause: error }));
      },
    );
  });
}
