// What the Dockerfile puts into the image, without Docker: a file or a package that is missing there would be noticed by
// nobody who runs the checkout.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { caller, createConversation, perform } from "../support/api.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const program = await temporaryFolder({ after });
const dockerfile = await readFile(join(root, "Dockerfile"), "utf8");
let copied: string[] = [];

before(async () => {
  const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const files = stdout.split("\0").filter((file) => file !== "");
  copied = files.filter(await inContext());
  for (const file of copied) {
    await mkdir(dirname(join(program, file)), { recursive: true });
    await copyFile(join(root, file), join(program, file));
    await chmod(join(program, file), (await stat(join(root, file))).mode);
  }
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  for (const [path, { dev, optional, peer }] of Object.entries(lock.packages)) {
    // A package within a package comes with it.
    if (path === "" || dev || optional || peer || path.lastIndexOf("node_modules/") > 0) continue;
    await mkdir(dirname(join(program, path)), { recursive: true });
    await symlink(join(root, path), join(program, path));
  }
});

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

/** Whether Docker sees a file. `.dockerignore` begins with nothing and adds names, so that it can be read without Docker. */
async function inContext(): Promise<(file: string) => boolean> {
  const text = await readFile(join(root, ".dockerignore"), "utf8");
  const [all, ...lines] = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.equal(all, "*");
  for (const line of lines) assert.match(line, /^![\w.-]+$/);
  const names = new Set(lines.map((line) => line.slice(1)));
  return (file) => names.has(file.split("/")[0] ?? "");
}

test("every name in .dockerignore is there, and nothing else gets in", async () => {
  const fits = await inContext();
  for (const file of [
    ".env",
    "data/secret.key",
    ".git/config",
    "node_modules/ws/package.json",
    "test/server/cli.test.ts",
  ])
    assert.ok(!fits(file), file);
  const lines = (await readFile(join(root, ".dockerignore"), "utf8")).matchAll(/^!(.*)$/gm);
  for (const [, name] of lines)
    assert.ok(
      copied.some((file) => file === name || file.startsWith(`${name}/`)),
      name,
    );
});

test("a server runs from it, and the health check of the image tells when it does not", async (t) => {
  const server = await startServer(t, { program, env: imageEnvironment() });
  const call = caller(server);
  for (const path of ["/ready", "/api/readiness"]) assert.equal((await call("GET", path)).status, 200);
  for (const path of ["/", "/openapi.yaml", "/asyncapi.yaml"])
    assert.equal(await statusOf(server.url + path), 200, path);
  const id = await createConversation(call);
  assert.match(
    (await perform(call, id, { action: "run", args: { command: "echo from the image" } })).content,
    /from the image/,
  );

  const { port } = new URL(server.url);
  await run(process.execPath, healthCheck(), { env: { PORT: port } });
  await server.stop();
  await assert.rejects(run(process.execPath, healthCheck(), { env: { PORT: port } }), { code: 1 });
});

for (const command of ["serve", "conformance", "diff", "deprecations", "users", "backup", "restore"])
  test(`it has all that \`${command}\` needs to begin`, async () => {
    const { stdout } = await run(join(program, "bin/openhands-api.js"), [command, "--help"]);
    assert.match(stdout, new RegExp(`^Usage: openhands-api ${command}`));
  });

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
}

/** What ENV says, but for what a test has to choose: where to listen, and where the data goes. */
function imageEnvironment(): Record<string, string> {
  const line = /^ENV (.+)$/m.exec(dockerfile)?.[1] ?? "";
  const pairs = line.split(" ").map((pair) => pair.split("=") as [string, string]);
  assert.deepEqual(
    pairs.map(([name]) => name),
    ["NODE_ENV", "HOST", "PORT", "DATA_DIR"],
  );
  return Object.fromEntries(pairs.filter(([name]) => name === "NODE_ENV"));
}

/** The arguments of node in HEALTHCHECK. */
function healthCheck(): string[] {
  const [node, ...args] = JSON.parse(/^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
  assert.equal(node, "node");
  return args;
}
