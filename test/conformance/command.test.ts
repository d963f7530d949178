import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { temporaryFolder } from "../support/start-server.ts";
import { gapsFile } from "./support/gaps.ts";
import { startTinyServer } from "./support/tiny-server.ts";

const program = `
  const { conformanceCommand } = await import(${JSON.stringify(import.meta.resolve("../../conformance/command.ts"))});
  await conformanceCommand().parseAsync(process.argv.slice(1), { from: "user" });
`;

async function conformance(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, "--", ...args], { env });
  const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

const gaps = ["--gaps", gapsFile("tiny-gaps.yaml")];

test("0 when all is well: a line a case, the counts, and the closing line", async (t) => {
  await using server = await startTinyServer();
  const file = join(await temporaryFolder(t), "report.json");
  const { code, stdout } = await conformance(
    ["--url", server.url, ...gaps, "--only", "rest/settings.*/*", "--seed", "42", "--json", file],
    { OPENHANDS_API_KEY: server.key },
  );
  assert.equal(code, 0);
  assert.equal(
    stdout.replaceAll(server.url, "URL").replace(/\d+\.\d s/g, "N s"),
    [
      "✓ rest/settings.get/200",
      "✓ rest/settings.merge/200",
      "✓ rest/settings.reset/410-operation_removed",
      "",
      "URL/ against URL/openapi.yaml and URL/asyncapi.yaml, V1 on, OpenID off:",
      "  operations        3 of 3 declared were met",
      "  statuses          3 of 3 declared were met",
      "  media types       3 of 37 declared were met",
      "  headers           6 of 49 declared were met",
      "  messages          0 of 10 declared were met",
      "  close codes       0 of 6 declared were met",
      "  schema properties 6 of 152 declared were met",
      "  enum values       0 of 6 declared were met",
      "",
      "seed 42",
      "  examples  N s, 2 passed, 0 failed",
      "  versions  N s, 1 passed, 0 failed",
      "",
      "3 passed, 0 failed",
      "",
    ].join("\n"),
  );
  const report = JSON.parse(await readFile(file, "utf8")) as { passed: number }; // of this run
  assert.equal(report.passed, 3);
});

test("--phase runs the cases of these phases alone", async () => {
  await using server = await startTinyServer();
  const flags = ["--url", server.url, "--key", server.key, ...gaps, "--only", "rest/settings.*/*"];
  const { code, stdout } = await conformance([...flags, "--phase", "versions", "--phase", "auth"]);
  assert.equal(code, 0);
  assert.match(stdout, /^✓ rest\/settings\.reset\/410-operation_removed$/m);
  assert.match(stdout, /^1 passed, 0 failed$/m);
});

test("1 when a promise is broken, with all that is known about it and no secret", async () => {
  await using server = await startTinyServer({
    answer: (answer, { path }) => (path === "/api/settings" ? { ...answer, status: 418 } : answer),
  });
  const { code, stdout } = await conformance([
    "--url",
    server.url,
    "--key",
    server.key,
    ...gaps,
    "--only",
    "rest/settings.get/200",
  ]);
  assert.equal(code, 1);
  for (const expected of [
    /✗ rest\/settings\.get\/200/,
    /where: {4}openapi\.yaml#\/paths\/~1api~1settings\/get\/responses/,
    /found: {4}status 418/,
    /GET http:\/\/127\.0\.0\.1:\d+\/api\/settings/,
    /\{"llm_model":"their\/own"\}/,
    /curl -i -X GET .* -H "Authorization: Bearer \$OPENHANDS_API_KEY"/,
    /^0 passed, \d failed$/m,
  ])
    assert.match(stdout, expected);
  assert.ok(!stdout.includes(server.key));
});

const cannot: { name: string; args: string[]; says: RegExp }[] = [
  {
    name: "nothing answers",
    args: ["--url", "http://127.0.0.1:9"],
    says: /Nothing answers at .*Fix: start the server/,
  },
  { name: "the URL is none", args: ["--url", "localhost"], says: /"localhost" is no URL/ },
  {
    name: "the gaps are missing",
    args: ["--url", "http://127.0.0.1:9", "--gaps", "/none.yaml"],
    says: /cannot be read from \/none\.yaml/,
  },
];

for (const { name, args, says } of cannot)
  test(`2 when the run cannot begin: ${name}`, async () => {
    const { code, stderr } = await conformance(args);
    assert.equal(code, 2);
    assert.match(stderr, says);
  });

test("2 when a document is none, or no case is selected", async () => {
  await using server = await startTinyServer();
  const document = await conformance(["--url", server.url, "--openapi", gapsFile("tiny-gaps.yaml")]);
  assert.deepEqual([document.code, document.stdout], [2, ""]);
  assert.match(document.stderr, /is no openapi 3\.1\.x document/);
  const none = await conformance(["--url", server.url, ...gaps, "--only", "nothing"]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /No case has a name like nothing/);
});
