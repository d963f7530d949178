// Traffic that a browser and a server have really recorded.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { caller, createConversation, until } from "../support/api.ts";
import { openBrowser } from "../support/browser.ts";
import { runCli } from "../support/cli.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const folder = await temporaryFolder({ after });
// A day on which oh_action still works.
const server = await startServer({ after }, { env: { NODE_ENV: "test", TEST_CLOCK: "2027-01-01T00:00:00Z" } });
const id = await createConversation(caller(server));
const har = join(folder, "browser.har");
await record();

const want = [
  ["settings.reset", 2],
  ["oh_action", 3],
];

test("a HAR that Chromium has recorded", async () => {
  const { code, uses, skipped } = await deprecationsIn("--har", har, "--base", server.url);
  assert.deepEqual([code, uses, skipped.count], [1, want, 0]);
});

test("the log of the server that was called", async () => {
  await until(() => server.output().includes('"msg":"socket"'));
  const log = join(folder, "server.log");
  await writeFile(log, server.output());
  const { code, uses, read } = await deprecationsIn("--log", log);
  assert.deepEqual([code, uses], [1, want]);
  assert.ok(read.requests > 5);
});

/** A page of the server's own makes two calls that are gone, and sends three messages in the old form. */
async function record(): Promise<void> {
  const browser = await openBrowser({ after });
  const context = await browser.newContext({ recordHar: { path: har } });
  const page = await context.newPage();
  await page.goto(`${server.url}/`);
  await page.evaluate(
    async ({ path, key }) => {
      await fetch("/api/reset-settings", { method: "POST" });
      await fetch("/api/reset-settings", { method: "POST", body: "{" });
      await fetch("/api/options/config");
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}${path}?session_api_key=${key}`);
      await new Promise((resolve) => (socket.onopen = resolve));
      let acknowledged = 0;
      const done = new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data as string).status === "ack" && (acknowledged += 1) === 4) resolve();
        };
      });
      const data = { action: "message", args: { content: "Hello" } };
      for (const type of ["oh_action", "oh_user_action", "oh_action", "oh_action"])
        socket.send(JSON.stringify({ type, data }));
      await done;
      socket.close();
    },
    { path: `/sockets/events/${id}`, key: server.key },
  );
  await context.close(); // writes the HAR
}

async function deprecationsIn(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(["deprecations", ...args, "--format", "json"]);
  assert.equal(stderr, "");
  const { uses, ...report } = JSON.parse(stdout);
  return { code, ...report, uses: uses.map((use: { id: string; count: number }) => [use.id, use.count]) };
}
