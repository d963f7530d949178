import { ConfigError, readConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { checkAddress } from "./address.ts";
import { checkDataFolder, checkSecretKey } from "./data-folder.ts";
import { checkDatabase } from "./database.ts";
import { findingsAbout } from "./finding.ts";
import type { Finding, Verdict } from "./finding.ts";
import { checkOidc } from "./oidc.ts";
import { checkPrograms } from "./programs.ts";
import { checkRedis } from "./redis.ts";

/**
 * `openhands-api doctor`: looks at the configuration that `serve` would run with, and at all that it names, and changes
 * nothing. Prints a line for each thing that it has looked at.
 * @returns whether a server would run so
 */
export async function examine(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const findings = [...(await checkPrograms()), ...(await checkConfiguration(environment))];
  const width = Math.max(...findings.map(({ about }) => about.length));
  let before = "";
  for (const { verdict, about, says } of findings) {
    console.log(`  ${verdict.padEnd(8)} ${(about === before ? "" : about).padEnd(width)}  ${says}`);
    before = about;
  }
  console.log(`\n${summary(findings)}`);
  return count(findings, "problem") === 0;
}

async function checkConfiguration(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { ok, warning, problem } = findingsAbout("Configuration");
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const later = warning("What it names has not been looked at. Fix: correct the lines above, then ask again.");
    return [...error.message.split("\n").map(problem), later];
  }
  const parts = [
    checkAddress(config),
    checkDataFolder(config),
    checkSecretKey(config),
    checkDatabase(config),
    checkRedis(config),
    checkOidc(config),
  ];
  return [ok("every variable is well-formed"), ...(await Promise.all(parts)).flat()];
}

function count(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

function summary(findings: readonly Finding[]): string {
  const [problems, warnings] = [count(findings, "problem"), count(findings, "warning")];
  const named = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  if (problems > 0)
    return `${named(problems, "problem")}${warnings > 0 ? ` and ${named(warnings, "warning")}` : ""}: a server would not run well so.`;
  return warnings > 0
    ? `A server would run so, with ${named(warnings, "warning")}.`
    : "All is well: `openhands-api serve` can run so.";
}
