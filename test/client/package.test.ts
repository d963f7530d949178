// What an application installs: the package as npm packs it, and the README's samples run from it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { createConversation, caller, until } from "../support/api.ts";
import { bundle, openBrowser, openScript } from "../support/browser.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const folder = await temporaryFolder({ after });
const tarball = await pack();
const server = await startServer({ after });
const browser = await openBrowser({ after });

/** Packs the package, and installs it in the folder without its dependencies: the client has none. */
async function pack(): Promise<string> {
  await run("npm", ["run", "build:client"], { cwd: root });
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root });
  const packed = join(folder, stdout.trim());
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "openhands-api"), { recursive: true });
  await run("tar", ["xzf", packed, "--strip-components=1", "-C", join(modules, "openhands-api")]);
  for (const peer of ["react", "react-dom", "scheduler"]) {
    await symlink(join(root, "node_modules", peer), join(modules, peer));
  }
  return packed;
}

/** The blocks of a language in the README's section on the client, where they begin with this. */
async function sample(language: "ts" | "tsx", beginning: string): Promise<string> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const found = blocks.filter(([, kind, code]) => kind === language && code?.startsWith(beginning));
  assert.equal(found.length, 1, `one sample begins with ${beginning}`);
  return found[0]?.[2] ?? "";
}

/** A sample for the server of this test. */
function pointed(code: string, conversationId = ""): string {
  return code
    .replaceAll("http://127.0.0.1:3000", server.url)
    .replaceAll("ws://localhost:3000", server.url.replace("http", "ws"))
    .replaceAll("oh_…", server.key)
    .replaceAll("conv-123", conversationId);
}

const samples = [
  {
    what: "the client",
    beginning: "import { connect, createClient, isApiError }",
    want: [/ (STARTING|RUNNING)$/, /no such conversation/i, /^message How are you\?$/],
  },
  { what: "the client of V1", beginning: "import { createV1Client }", want: [/^READY$/] },
  {
    what: "API keys, as the API's documentation has it",
    beginning: "import ApiKeysClient",
    want: [/^创建的API密钥: oh_\S{20,}$/],
  },
];

for (const { what, beginning, want } of samples) {
  test(`the sample of ${what}: runs in Node`, async () => {
    const path = join(folder, `${crypto.randomUUID()}.ts`);
    await writeFile(path, pointed(await sample("ts", beginning)));
    const env = { ...process.env, OPENHANDS_URL: server.url, OPENHANDS_API_KEY: server.key };
    const { stdout } = await run(process.execPath, [path], { env, timeout: 60_000 });
    for (const line of want)
      assert(
        stdout.split("\n").some((each) => line.test(each)),
        `${line}: ${stdout}`,
      );
  });

  test(`the sample of ${what}: runs in a browser`, async (t) => {
    const code = pointed(await sample("ts", beginning));
    const setup = `import { ApiKeysClient as setup } from "openhands-api/client/api-keys";
      setup.configure({ baseUrl: ${JSON.stringify(server.url)}, apiKey: ${JSON.stringify(server.key)} });\n`;
    const script = await bundle(`${setup}${code}\nconsole.log("the end");`, folder);
    const { lines, errors } = await openScript(t, browser, script);
    await until(() => lines.includes("the end") || errors.length > 0);
    assert.deepEqual(errors, []);
    for (const line of want)
      assert(
        lines.some((each) => line.test(each)),
        `${line}: ${lines.join("\n")}`,
      );
  });
}

test("the sample of the hooks: shows a conversation and says something in it", async (t) => {
  const id = await createConversation(caller(server));
  const code = pointed(await sample("tsx", "import { useConversation"), id);
  const render = `import { createRoot } from "react-dom/client";
    createRoot(document.getElementById("root")!).render(<><Conversation id="${id}" /><Observations /></>);`;
  const { page, lines, errors } = await openScript(t, browser, await bundle(`${code}\n${render}`, folder));
  await page.getByText("open", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Say hello" }).click();
  await page.getByRole("listitem").getByText("Hello", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "你好" }).click();
  await page.getByRole("listitem").getByText("你好，代理", { exact: true }).first().waitFor();
  await until(() => lines.some((line) => line.startsWith("收到观察:")));
  assert.deepEqual(errors, []);
});

test("the package: is what publint and attw call well made", async () => {
  await run("npx", ["--no-install", "publint", "--strict", tarball], { cwd: root });
  const ignored = ["--exclude-entrypoints", "openapi.yaml", "asyncapi.yaml"];
  await run("npx", ["--no-install", "attw", tarball, "--profile", "esm-only", ...ignored], { cwd: root });
});

test("the package: tells of every call in the editor", async () => {
  const declarations = join(folder, "node_modules/openhands-api/dist/generated/client/operations.d.ts");
  const lines = (await readFile(declarations, "utf8")).split("\n").map((line) => line.trim());
  const calls = lines.flatMap((line, index) => (/^readonly \w+: \(/.test(line) ? [index] : []));
  assert(calls.length > 20);
  for (const index of calls) assert.equal(lines[index - 1], "*/", lines[index]);
});

test("the package: has its client without a dependency, and React for its hooks alone", async () => {
  for (const entry of ["openhands-api/client", "openhands-api/client/api-keys"]) {
    const code = await bundle(`export * from ${JSON.stringify(entry)};`, folder);
    assert.doesNotMatch(code, /from ["']|require\(/);
  }
  const installed = JSON.parse(await readFile(join(folder, "node_modules/openhands-api/package.json"), "utf8"));
  assert.deepEqual(Object.keys(installed.peerDependencies), ["react"]);
  assert.deepEqual(installed.peerDependenciesMeta, { react: { optional: true } });
  assert.equal(installed.sideEffects, false);
});
