import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import type { Report } from "../../conformance/results.ts";
import { reportText } from "../../conformance/report/terminal.ts";
import { CannotRunError, runConformance } from "../../conformance/run.ts";
import { addUser } from "../support/cli.ts";
import { startServer } from "../support/start-server.ts";
import type { ServerProcess } from "../support/start-server.ts";
import type { Fault } from "./faults/fault.ts";
import { faults } from "./faults/index.ts";
import { startFaultyServer } from "./faults/proxy.ts";

// `npm run test:faults`, and no part of `npm test`: each of its runs prepares both documents anew, which makes the whole of it
// take half an hour.
//
// The judge is judged: each fault is planted alone between the runner and our server, which keeps its promises. The runner
// must report every one, and nothing at all without one.

/** Two runs at a time, each as users of its own: what one run does to its user must not be the other's fault. */
const concurrency = 2;

interface Users {
  readonly key: string;
  readonly secondKey: string;
}

const env = { MAX_RUNNING_CONVERSATIONS: "" };
const open = await startServer({ after }, { env });
const closed = await startServer({ after }, { env: { ...env, ENABLE_V1: "off" } });
const pools = new Map<ServerProcess, Users[]>();
for (const server of [open, closed]) {
  const secondKey = await addUser(server, "another");
  pools.set(server, [
    { key: server.key, secondKey },
    { key: await addUser(server, "second"), secondKey },
  ]);
}

async function asUsers<Result>(server: ServerProcess, use: (users: Users) => Promise<Result>): Promise<Result> {
  const pool = pools.get(server) ?? [];
  const users = pool.pop();
  assert.ok(users, "there are as many users as runs at a time");
  try {
    return await use(users);
  } finally {
    pool.push(users);
  }
}

/** The cases that a fault is about, as patterns of their names, the quickest first. */
function casesAbout(about: string): string[] {
  if (about.includes("/")) return [about];
  if (about === "events") return ["socket/events/**", "stateful/events/**", "stateful/*/arrives-on-events"];
  if (about === "documents") return ["documents/**"];
  if (about === "gate") return ["versions/**", "rest/404-closed-gate/**", "rest/404-route_not_found/api.v1**"];
  if (about === "404" || about === "405") return [`rest/${about}-*/**`];
  if (about === "security") return ["rest/security-*"];
  const [resource = ""] = about.split(".");
  return [`rest/${about}/**`, `versions/${about}/**`, `auth/${about}/**`, `stateful/${resource}.*/**`];
}

/** Enough for what is planted to show; and no more is waited for than a server on this machine takes. */
const quick = { failFast: true, maxRequests: 500, answerMs: 5000, frameMs: 2000, seed: 1 } as const;

/** Not every operation has cases of every phase. */
function unlessNoSuchCase(error: unknown): undefined {
  if (!(error instanceof CannotRunError && error.message.startsWith("No case"))) throw error;
}

async function report(
  planted: Fault,
): Promise<{ readonly failed: number; readonly struck: number; readonly said: string }> {
  const server = planted.gateOff ? closed : open;
  return asUsers(server, async ({ key, secondKey }) => {
    await using faulty = await startFaultyServer(server.url, planted);
    const reports: Report[] = [];
    for (const only of planted.about.flatMap(casesAbout)) {
      const run = { url: faulty.url, key, secondKey, v1: !planted.gateOff, only };
      const report = await runConformance({ ...run, ...quick }).catch(unlessNoSuchCase);
      if (report) reports.push(report);
      if (report && report.failed > 0) break;
    }
    return {
      failed: reports.reduce((sum, { failed }) => sum + failed, 0),
      struck: faulty.struck(),
      said: reports.map(reportText).join("\n"),
    };
  });
}

test("faults have names of their own, and there are at least a hundred", () => {
  assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
  assert.ok(faults.length >= 100, `there are ${faults.length}`);
});

suite("every fault is reported", { concurrency }, () => {
  for (const planted of faults)
    test(planted.name, async () => {
      const { failed, struck, said } = await report(planted);
      assert.ok(struck > 0, `it changed nothing: no case met what it is about (${planted.about.join(", ")})`);
      assert.ok(failed > 0, `${planted.name} was not reported:\n${said}`);
    });
});
