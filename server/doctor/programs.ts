import { execa } from "execa";
import type { Finding } from "./finding.ts";
import { findingsAbout, reasonOf } from "./finding.ts";

/** The programs that the server runs with. */
export async function checkPrograms(): Promise<Finding[]> {
  return [checkNode(), await checkGit()];
}

function checkNode(): Finding {
  const { ok, problem } = findingsAbout("Node");
  const { node } = process.versions;
  return Number(node.split(".")[0]) >= 24
    ? ok(node)
    : problem(`${node} is too old. Fix: install Node 24 or newer, or run \`npm ci\`, which brings it.`);
}

async function checkGit(): Promise<Finding> {
  const { ok, problem } = findingsAbout("git");
  try {
    const { stdout } = await execa("git", ["--version"], { timeout: 5000 });
    return ok(stdout.replace(/^git version /, ""));
  } catch (error) {
    return problem(
      `git cannot be run (${reasonOf(error)}), so no repository can be cloned. Fix: install git, or put it on PATH.`,
    );
  }
}
