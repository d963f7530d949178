import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { caller, createConversation, until } from "../../support/api.ts";
import { startServer } from "../../support/start-server.ts";

test("a command that a killed server left running is ended by the next one, also in a session of its own", async (t) => {
  const killed = await startServer(t);
  const call = caller(killed);
  const id = await createConversation(call);
  const command = "setsid sleep 600 & echo $! > daemon; echo $$ > shell; sleep 600";
  await call("POST", `/api/conversations/${id}/events`, { body: { action: "run", args: { command } } });
  const workspace = join(killed.dataDir, "workspaces", id);
  const pids = await Promise.all(["daemon", "shell"].map((file) => writtenPid(join(workspace, file))));
  await killed.stop("SIGKILL");
  assert.ok(pids.every(isAlive), "killing the server does not end them");

  await startServer(t, { dataDir: killed.dataDir, key: killed.key });
  await until(() => !pids.some(isAlive));
});

async function writtenPid(file: string): Promise<number> {
  let pid = 0;
  await until(async () => {
    pid = Number(await readFile(file, "utf8").catch(() => "0"));
    return pid > 0;
  });
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
