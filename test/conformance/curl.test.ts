import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { curlOf } from "../../conformance/http/curl.ts";

const run = promisify(execFile);

test("what a shell makes of the command is the request, whatever is in it", async () => {
  const request = {
    method: "POST",
    url: new URL("http://server.invalid/a?b=c'd&e=$HOME"),
    headers: { Authorization: "Bearer the-key", "X-Odd": 'a "b" `c` $d \\e' },
    body: `{"it's": "$HOME \`id\`"}`,
  };
  const command = curlOf(request, (text) => text.replaceAll("the-key", "$OPENHANDS_API_KEY"));
  assert.ok(!command.includes("the-key"));
  const printed = command.replace("curl", String.raw`printf '%s\n'`);
  const { stdout } = await run("sh", ["-c", printed], { env: { OPENHANDS_API_KEY: "the-key" } });
  assert.deepEqual(stdout.trimEnd().split("\n"), [
    "-i",
    "-X",
    "POST",
    request.url.href,
    "-H",
    "Authorization: Bearer the-key",
    "-H",
    'X-Odd: a "b" `c` $d \\e',
    "--data-raw",
    request.body,
  ]);
});
