import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { promisify } from "node:util";
import { caller, createConversation } from "../support/api.ts";
import { addUser, runCli } from "../support/cli.ts";
import { sendRaw } from "../support/raw-request.ts";
import { assertRefused } from "../support/refusal.ts";
import { openSocket } from "../support/socket.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";
import type { Cleanup } from "../support/start-server.ts";

/** Prepares what a start fails of, and says how. */
interface BadStart {
  readonly name: string;
  prepare(t: Cleanup, folder: string): Promise<Record<string, string>> | Record<string, string>;
  readonly says: RegExp;
}

const badStarts: readonly BadStart[] = [
  {
    name: "a port that is taken",
    async prepare(t) {
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
      t.after(() => new Promise((resolve) => holder.close(resolve)));
      return { PORT: String((holder.address() as AddressInfo).port) };
    },
    says: /^Port \d+ on 127\.0\.0\.1 is taken\. Fix: /,
  },
  {
    name: "an address of another machine",
    prepare: () => ({ HOST: "192.0.2.1" }),
    says: /^192\.0\.2\.1 is no address of this machine\. Fix: /,
  },
  {
    name: "a data folder that is a file",
    async prepare(_t, folder) {
      await writeFile(join(folder, "file"), "");
      return { DATA_DIR: join(folder, "file") };
    },
    says: /^The data folder \S+ cannot be written \(.+\)\. Fix: /,
  },
  {
    name: "a data folder below a file",
    async prepare(_t, folder) {
      await writeFile(join(folder, "file"), "");
      return { DATA_DIR: join(folder, "file", "data") };
    },
    says: /^The data folder \S+ cannot be created \(ENOTDIR\)\. Fix: /,
  },
  {
    name: "a data folder where none can be made",
    prepare: () => ({ DATA_DIR: "/proc/data" }),
    says: /^The data folder \/proc\/data cannot be created \(\w+\)\. Fix: /,
  },
  {
    name: "a data folder whose lock cannot be opened",
    async prepare(_t, folder) {
      await mkdir(join(folder, "server.lock"));
      return {};
    },
    says: /^The data folder \S+ cannot be written \(.+\)\. Fix: /,
  },
  {
    name: "a data folder that another server uses",
    async prepare(t, folder) {
      await startServer(t, { dataDir: folder });
      return {};
    },
    says: /^Another server uses the data folder \S+\. Fix: /,
  },
  {
    name: "a database that is none",
    async prepare(_t, folder) {
      await writeFile(join(folder, "openhands.sqlite"), "no database ".repeat(100));
      return {};
    },
    says: /^The database \S+ cannot be opened \(file is not a database\)\. Fix: /,
  },
  {
    name: "a database of a newer server",
    async prepare(t, folder) {
      await (await startServer(t, { dataDir: folder })).stop();
      const sqlite = new DatabaseSync(join(folder, "openhands.sqlite"));
      sqlite.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('999-from-the-future', '')");
      sqlite.close();
      return {};
    },
    says: /^The database was last used by a newer version of the server\. Fix: /,
  },
  {
    name: "a key file that holds no key",
    async prepare(_t, folder) {
      await writeFile(join(folder, "secret.key"), "no key");
      return {};
    },
    says: /^\S+secret\.key does not hold a key of 64 hexadecimal digits\. Fix: /,
  },
  { name: "a bad port", prepare: () => ({ PORT: "abc" }), says: /^PORT: must be a port/ },
  {
    name: "an unknown mode of authentication",
    prepare: () => ({ AUTH_MODE: "password" }),
    says: /^AUTH_MODE: must be `token`/,
  },
  {
    name: "an OpenID provider without its variables",
    prepare: () => ({ AUTH_MODE: "oidc" }),
    says: /^AUTH_MODE: `oidc` also needs OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_REDIRECT_URL\. /,
  },
  { name: "a bad limit", prepare: () => ({ RATE_LIMIT_USER: "x" }), says: /^RATE_LIMIT_USER: must be like/ },
  {
    name: "a database that does not answer",
    prepare: () => ({ DATABASE_URL: "postgres://ada@127.0.0.1:1/a" }),
    says: /^The database postgres:\/\/127\.0\.0\.1:1\/a cannot be used\. .+ Fix: /,
  },
  {
    name: "no authentication where others can reach it",
    prepare: () => ({ AUTH_MODE: "none", HOST: "0.0.0.0" }),
    says: /^AUTH_MODE: .*loopback/,
  },
];

for (const { name, prepare, says } of badStarts) {
  test(`a start fails with one line that says what is wrong: ${name}`, async (t) => {
    const folder = await temporaryFolder(t);
    const env = { PORT: "0", DATA_DIR: folder, LOG_LEVEL: "trace", ...(await prepare(t, folder)) };
    const { code, stdout, stderr } = await runCli(["serve"], { env });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^[^\n]+\n$/, "one line");
  });
}

test("the first start shows the key and the login link once, and they work", async (t) => {
  const first = await startServer(t, { env: { BOOTSTRAP_API_KEY: "" } });
  const key = /Your API key \(shown this once\) {2}(oh_[\w-]{43})$/m.exec(first.output())?.[1];
  assert.ok(key, first.output());
  assert.ok(first.output().includes(`${first.url}/login#${key}`));
  assert.equal((await caller({ ...first, key })("GET", "/api/keys")).status, 200);
  assert.equal((await fetch(`${first.url}/login#${key}`)).status, 200);
  await first.stop();

  const second = await startServer(t, { dataDir: first.dataDir, env: { BOOTSTRAP_API_KEY: "" } });
  assert.doesNotMatch(second.output(), /API key|\/login/);
  assert.ok(!second.output().includes(key));
  assert.equal((await caller({ ...second, key })("GET", "/api/keys")).status, 200);
});

test("a key from the environment is never shown, and a later one changes nothing", async (t) => {
  const first = await startServer(t, { env: { LOG_LEVEL: "trace" } });
  assert.match(first.output(), /Your API key .* the one in BOOTSTRAP_API_KEY/);
  assert.ok(!first.output().includes(first.key));
  await first.stop();
  const other = `oh_${randomBytes(24).toString("base64url")}`;
  const second = await startServer(t, { dataDir: first.dataDir, key: other });
  assert.ok(!second.output().includes(other));
  assert.equal((await caller({ ...second, key: first.key })("GET", "/api/keys")).status, 200);
  assert.equal((await caller(second)("GET", "/api/keys")).status, 401);
});

test("without authentication no key is shown, and everybody is the same user", async (t) => {
  const server = await startServer(t, { env: { AUTH_MODE: "none", BOOTSTRAP_API_KEY: "" } });
  assert.doesNotMatch(server.output(), /API key|oh_/);
  const call = caller(server);
  const { body: one } = await call("GET", "/api/v1/users/me", { key: null });
  const { body: two } = await call("GET", "/api/v1/users/me", { key: "anything" });
  assert.match(one.id, /^[0-9a-f]{32}$/);
  assert.equal(two.id, one.id);
});

test("users are added and listed while the server runs, each name once", async (t) => {
  const server = await startServer(t);
  const key = await addUser(server, "Ada");
  assert.match(key, /^oh_[\w-]{43}$/);
  assert.equal((await caller(server)("GET", "/api/keys", { key })).status, 200);
  const env = { DATA_DIR: server.dataDir };
  const again = await runCli(["users", "add", "Ada"], { env });
  assert.deepEqual(
    { ...again },
    { code: 1, stdout: "", stderr: "There is a user Ada already. Fix: choose another name.\n" },
  );
  const { code, stdout } = await runCli(["users", "list"], { env });
  assert.equal(code, 0);
  assert.match(stdout, /^admin\tsince \S+Z\nAda\tsince \S+Z\n$/);
});

test("a disabled user's keys and sessions stop while the server runs, and enabling brings the keys back", async (t) => {
  const server = await startServer(t);
  const call = caller(server);
  const key = await addUser(server, "Ada");
  const { headers } = await call("POST", "/api/login", { key: null, body: { api_key: key } });
  const Cookie = headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const users = (...args: string[]) => runCli(["users", ...args], { env: { DATA_DIR: server.dataDir } });
  const byKey = async () => (await call("GET", "/api/keys", { key })).status;
  const byCookie = async () => (await call("GET", "/api/keys", { key: null, headers: { Cookie } })).status;
  assert.deepEqual([await byKey(), await byCookie()], [200, 200]);

  assert.deepEqual({ ...(await users("disable", "Ada")) }, { code: 0, stdout: "User Ada is disabled\n", stderr: "" });
  assert.deepEqual([await byKey(), await byCookie()], [401, 401]);
  assert.equal((await call("POST", "/api/login", { key: null, body: { api_key: key } })).status, 401);
  assert.match((await users("list")).stdout, /^admin\tsince \S+Z\nAda\tsince \S+Z\tdisabled since \S+Z\n$/);

  assert.deepEqual({ ...(await users("enable", "Ada")) }, { code: 0, stdout: "User Ada is enabled\n", stderr: "" });
  assert.deepEqual([await byKey(), await byCookie()], [200, 401]);
});

test("neither nobody nor the last user is disabled by mistake", async (t) => {
  const server = await startServer(t);
  const users = (...args: string[]) => runCli(["users", ...args], { env: { DATA_DIR: server.dataDir } });
  const nobody = await users("disable", "Nobody");
  assert.deepEqual([nobody.code, nobody.stdout], [1, ""]);
  assert.match(nobody.stderr, /^There is no user Nobody\. Fix: [^\n]+\n$/);
  const refused = await users("disable", "admin");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /^admin is the last user who is not disabled\. Fix: [^\n]+--last[^\n]*\n$/);
  assert.equal((await caller(server)("GET", "/api/keys")).status, 200);
  assert.equal((await users("disable", "admin", "--last")).code, 0);
  assert.equal((await caller(server)("GET", "/api/keys")).status, 401);
  await server.stop();
  const again = await startServer(t, { dataDir: server.dataDir, key: server.key });
  assert.doesNotMatch(again.output(), /API key|\/login/, "no key is made up for a disabled user");
});

test("without authentication, only this machine is served: no page of elsewhere, by whatever name", async (t) => {
  const server = await startServer(t, { env: { AUTH_MODE: "none" } });
  const call = caller(server);
  const { port } = new URL(server.url);
  const foreign = { key: null, headers: { Origin: "https://evil.example" }, body: {} };
  assertRefused(await call("POST", "/api/keys", foreign), 403, "origin_forbidden");
  assert.equal((await call("POST", "/api/keys", { ...foreign, headers: { Origin: server.url } })).status, 200);
  assert.equal((await call("POST", "/api/keys", { ...foreign, headers: {} })).status, 200);
  const path = "/api/settings";
  for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", ""]) {
    assertRefused(await sendRaw(server, { method: "GET", path, host }), 401, "unauthenticated");
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
    assertRefused(await sendRaw(server, { method: "GET", path, host }), 404, "settings_not_found");
  const id = await createConversation(call);
  const socket = openSocket(server, id, {}, { key: null, headers: { Origin: "https://evil.example" } });
  assert.equal((await socket.closed).code, 4403);
});

test("users of no data folder are not listed, and no folder is made", async (t) => {
  const folder = await temporaryFolder(t);
  const { code, stderr } = await runCli(["users", "list"], { env: { DATA_DIR: join(folder, "missing") } });
  assert.equal(code, 1);
  assert.match(stderr, /^There is no data folder \S+missing\. Fix: [^\n]+\n$/);
  assert.deepEqual(await readdir(folder), []);
});

test("--help lists the commands", async () => {
  const { code, stdout, stderr } = await runCli(["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  for (const command of ["serve", "users"]) assert.match(stdout, new RegExp(`^  ${command}\\b`, "m"));
});

for (const args of [["nonsense"], ["serve", "--nonsense"], ["users", "add"]]) {
  test(`openhands-api ${args.join(" ")} is refused with a hint`, async () => {
    const { code, stdout, stderr } = await runCli(args);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: .+\n\(add --help for the commands and options\)\n$/);
  });
}

test("an older Node hands over to the one that npm ci has brought", async (t) => {
  const { stdout: found } = await promisify(execFile)("which", ["-a", "node"]);
  const older: string[] = [];
  for (const node of new Set(found.trim().split("\n"))) {
    const { stdout } = await promisify(execFile)(node, ["-p", "process.versions.node"]);
    if (Number(stdout.split(".")[0]) < 24) older.push(node);
  }
  const [node] = older;
  if (node === undefined) return t.skip("this machine has no older Node");
  const { code, stdout, stderr } = await runCli(["--help"], { node });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^ {2}serve\b/m);
  assert.equal((await runCli(["nonsense"], { node })).code, 1, "the exit code is handed back");
});
