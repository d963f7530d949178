import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { caller } from "../support/api.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

test("the README's quick start is examples/quickstart.ts, word for word", async () => {
  const [readme, example] = await Promise.all([
    readFile(join(root, "README.md"), "utf8"),
    readFile(join(root, "examples/quickstart.ts"), "utf8"),
  ]);
  const [, block] = /```ts\n([\s\S]*?)\n```/.exec(readme) ?? [];
  assert.equal(`${block}\n`, example);
});

test("the quick start runs against a server, on a real git repository", async (t) => {
  const server = await startServer(t);
  const repository = await makeRepository(await temporaryFolder(t));
  const { stdout } = await run(
    process.execPath,
    ["--conditions=openhands-api-source", join(root, "examples/quickstart.ts"), `file://${repository}`],
    { env: { ...process.env, OPENHANDS_URL: server.url, OPENHANDS_API_KEY: server.key }, timeout: 60_000 },
  );
  assert.match(stdout, /^Conversation [0-9a-f]{32} clones file:/m);
  assert.match(stdout, /run -> [0-9a-f]{7} The first commit/, "the command ran in the clone");
  assert.match(stdout, /^Files: \[ 'notes\/hello.md' \]/m, "the file was written");

  const [before = "", after = ""] = stdout.split(/^Connecting again after event .*$/m);
  const resumed = idsIn(after);
  assert.equal(resumed[0], Number(/after event (\d+)/.exec(stdout)?.[1]) + 1, "only what is new comes");
  assert.deepEqual(
    [...idsIn(before), ...resumed],
    [...Array(resumed.at(-1) ?? 0).keys(), resumed.at(-1)],
    "no id is missing",
  );
  assert.match(after, /read -> # Hello/);

  const { body } = await caller(server)("GET", "/api/conversations");
  assert.deepEqual(body.results, [], "it cleans up behind itself");
});

function idsIn(output: string): number[] {
  return [...output.matchAll(/^#(\d+) /gm)].map(([, id]) => Number(id));
}

async function makeRepository(folder: string): Promise<string> {
  const git = (...args: string[]) =>
    run("git", ["-C", folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", ...args]);
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message", "The first commit");
  return folder;
}
