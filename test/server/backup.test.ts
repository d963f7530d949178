// Backups of the embedded store, and what is restored from them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { allEvents, caller, createConversation, perform, until } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import type { CommandResult } from "../support/cli.ts";
import { busyConversation, say } from "../support/conversation.ts";
import { range } from "../support/frames.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const secret = `secret-${randomBytes(12).toString("hex")}`;
const folder = await temporaryFolder({ after });
const whole = join(folder, "whole");
const server = await startServer({ after });
const call = caller(server);
/** The text of each message that was acknowledged before the backup began, by the id of its event. */
const acknowledged = new Map<number, string>();
let id = "";

const run = (args: readonly string[], dataDir: string, env: Record<string, string> = {}): Promise<CommandResult> =>
  runCli(args, { env: { DATA_DIR: dataDir, ...env } });

async function refused(result: Promise<CommandResult>, says: RegExp): Promise<void> {
  const { code, stdout, stderr } = await result;
  assert.deepEqual([code, stdout], [1, ""], stderr);
  assert.match(stderr, says);
  assert.doesNotMatch(stderr, /^\s+at /m);
}

/** A copy of the backup that a test may spoil. */
async function copyOfBackup(name: string): Promise<string> {
  await cp(whole, join(folder, name), { recursive: true });
  return join(folder, name);
}

async function changeManifest(backup: string, change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(backup, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

before(async () => {
  await call("POST", "/api/secrets", { body: { name: "PASSWORD", value: secret } });
  ({ id } = await busyConversation(call));
  await perform(call, id, { action: "write", args: { path: "notes/kept.txt", content: "kept\n" } });
  await perform(call, id, {
    action: "run",
    args: { command: "chmod 640 notes/kept.txt && ln -s kept.txt notes/link" },
  });

  let talking = true;
  const lines = range(5).map(async (line) => {
    for (let index = 0; talking; index += 1) {
      const text = `message ${line}.${index}`;
      const { status, body } = await say(call, id, text);
      assert.equal(status, 200);
      acknowledged.set(body.event_id, text);
    }
  });
  await until(() => acknowledged.size > 100);
  const known = new Map(acknowledged);
  const { code, stderr } = await run(["backup", whole, "--workspaces"], server.dataDir);
  talking = false;
  await Promise.all(lines);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(acknowledged.size > known.size, "the server has gone on writing");
  for (const late of acknowledged.keys()) if (!known.has(late)) acknowledged.delete(late);
});

test("a backup under load, restored elsewhere, has every acknowledged event, no gap, secrets and files", async (t) => {
  const dataDir = join(await temporaryFolder(t), "data");
  const { code, stdout, stderr } = await run(["restore", whole], dataDir);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Restored the backup of \S+Z into /);
  assert.deepEqual((await readdir(dataDir)).toSorted(), [
    "openhands.sqlite",
    "secret.key",
    "server.lock",
    "workspaces",
  ]);

  const restored = caller(await startServer(t, { dataDir, key: server.key }));
  const events = await allEvents(restored, id);
  assert.deepEqual(
    events.map((event) => event.id),
    range(events.length - 1),
  );
  for (const [eventId, text] of acknowledged) assert.equal(events[eventId]?.args?.content, text);

  const next = await createConversation(restored);
  const shown = await perform(restored, next, {
    action: "run",
    args: { command: `echo ${secret.slice(0, 5)} ${secret}` },
  });
  assert.match(shown.content, /^secre \S+/);
  assert.ok(!shown.content.includes(secret), "the server knows the secret, so it could decrypt it");
  const read = await perform(restored, id, { action: "read", args: { path: "notes/link" } });
  assert.equal(read.content, "kept\n");
  assert.equal((await stat(join(dataDir, "workspaces", id, "notes/kept.txt"))).mode & 0o777, 0o640);
});

test("a backup is for its owner alone, says what it holds, and leaves nothing beside it", async () => {
  assert.equal((await stat(whole)).mode & 0o777, 0o700);
  const names = (await readdir(whole)).toSorted();
  assert.deepEqual(names, ["manifest.json", "openhands.sqlite", "secret.key", "workspaces.tar.gz"]);
  for (const name of names) assert.equal((await stat(join(whole, name))).mode & 0o777, 0o600, name);
  const manifest = JSON.parse(await readFile(join(whole, "manifest.json"), "utf8"));
  assert.deepEqual(Object.keys(manifest.files), ["openhands.sqlite", "secret.key", "workspaces.tar.gz"]);
  assert.ok(manifest.schema.includes("001-first-light"));
  assert.ok(Math.abs(Date.parse(manifest.made_at) - Date.now()) < 3_600_000);
  assert.ok(!(await readdir(folder)).some((name) => name.includes("partial")));
});

test("what has been deleted is not in a backup", async (t) => {
  const own = await startServer(t);
  const mark = `deleted-${randomBytes(8).toString("hex")}`;
  const gone = await createConversation(caller(own));
  await say(caller(own), gone, mark);
  await caller(own)("DELETE", `/api/conversations/${gone}`);
  const backup = join(await temporaryFolder(t), "backup");
  assert.equal((await run(["backup", backup], own.dataDir)).code, 0);
  assert.ok(!(await readFile(join(backup, "openhands.sqlite"), "latin1")).includes(mark));
});

test("a backup replaces another one only when told to, and never anything else", async () => {
  const place = join(folder, "again");
  await run(["backup", place], server.dataDir);
  const first = await readFile(join(place, "manifest.json"), "utf8");
  await refused(run(["backup", place], server.dataDir), /holds a backup\. Fix: .*--force/);
  assert.equal(await readFile(join(place, "manifest.json"), "utf8"), first);
  assert.equal((await run(["backup", place, "--force"], server.dataDir)).code, 0);
  assert.notEqual(await readFile(join(place, "manifest.json"), "utf8"), first);

  const other = join(folder, "other");
  await mkdir(other);
  await writeFile(join(other, "thesis.txt"), "mine");
  await refused(run(["backup", other, "--force"], server.dataDir), /is no backup\. Fix: /);
  assert.deepEqual(await readdir(other), ["thesis.txt"]);
});

test("a backup that cannot be made says why", async (t) => {
  const empty = await temporaryFolder(t);
  await refused(run(["backup", join(folder, "nothing")], empty), /^There is no database in .*Fix: set DATA_DIR/);
  await refused(run(["backup", join(folder, "no", "parent")], server.dataDir), /could not be made: ENOENT/);
  const url = "postgresql://me:hidden@db.example:5432/openhands?password=hidden";
  const onPostgres = await run(["backup", join(folder, "nothing")], empty, { DATABASE_URL: url });
  assert.match(
    onPostgres.stderr,
    /pg_dump --format=custom \S+ --dbname='postgresql:\/\/me@db\.example:5432\/openhands'/,
  );
  assert.doesNotMatch(onPostgres.stderr, /hidden/);
  await refused(run(["restore", whole], empty, { DATABASE_URL: url }), /pg_restore .*me@db\.example/);
});

test("without the key, a backup is restored only with it", async (t) => {
  const keyless = join(folder, "keyless");
  const { stdout } = await run(["backup", keyless, "--without-key"], server.dataDir);
  assert.match(stdout, /does not hold the key .*secret\.key/);
  assert.ok(!(await readdir(keyless)).includes("secret.key"));
  const dataDir = join(await temporaryFolder(t), "data");
  await refused(run(["restore", keyless], dataDir), /does not hold the key .* Fix: set SECRET_KEY/);
  const wrong = randomBytes(32).toString("hex");
  await refused(run(["restore", keyless], dataDir, { SECRET_KEY: wrong }), /^SECRET_KEY is not the key/);
  const SECRET_KEY = await readFile(join(server.dataDir, "secret.key"), "utf8");
  assert.equal((await run(["restore", keyless], dataDir, { SECRET_KEY })).code, 0);
  assert.ok(!(await readdir(dataDir)).includes("secret.key"));
});

for (const name of ["openhands.sqlite", "secret.key", "workspaces.tar.gz"])
  test(`a backup whose ${name} is damaged or missing is refused, and nothing is touched`, async (t) => {
    const dataDir = join(await temporaryFolder(t), "data");
    const damaged = await copyOfBackup(`damaged ${name}`);
    const path = join(damaged, name);
    const bytes = await readFile(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const says = new RegExp(`^${name.replaceAll(".", "\\.")} of the backup is damaged`);
    await refused(run(["restore", damaged], dataDir), says);
    await rm(path);
    await refused(run(["restore", damaged], dataDir), /of the backup cannot be read/);
    await assert.rejects(readdir(dataDir));
  });

test("what is no backup, or one of a newer version, is refused", async (t) => {
  const dataDir = join(await temporaryFolder(t), "data");
  await refused(run(["restore", folder], dataDir), /^There is no backup in /);
  const torn = await copyOfBackup("torn");
  await writeFile(join(torn, "manifest.json"), '{"format": 1, "made_at"');
  await refused(run(["restore", torn], dataDir), /manifest\.json is damaged/);
  const newer = await copyOfBackup("newer");
  await changeManifest(newer, (manifest) =>
    Object.assign(manifest, { version: "99.0.0", schema: ["001-first-light", "999-later"] }),
  );
  await refused(
    run(["restore", newer], dataDir),
    /newer version, 99\.0\.0: .*999-later.* Fix: restore it with that version/,
  );
  const otherFormat = await copyOfBackup("other format");
  await changeManifest(otherFormat, (manifest) => (manifest["format"] = 2));
  await refused(run(["restore", otherFormat], dataDir), /newer version/);
});

test("where there is data, a restore needs --force, which moves it aside; a running server is never disturbed", async (t) => {
  await refused(run(["restore", whole, "--force"], server.dataDir), /^Another server uses the data folder/);
  const own = await startServer(t);
  const kept = await createConversation(caller(own));
  await own.stop();
  await refused(run(["restore", whole], own.dataDir), /is not empty\. Fix: .*--force/);
  const { code, stdout, stderr } = await run(["restore", whole, "--force"], own.dataDir);
  assert.deepEqual([code, stderr], [0, ""]);
  const aside = /^What was there is in (.*)\. Remove it/m.exec(stdout)?.[1] ?? "";
  assert.deepEqual((await readdir(aside)).toSorted(), ["openhands.sqlite", "secret.key", "workspaces"]);
  const old = new DatabaseSync(join(aside, "openhands.sqlite"), { readOnly: true });
  assert.equal(old.prepare("SELECT id FROM conversations").get()?.["id"], kept);
  old.close();
  const { status } = await caller(await startServer(t, { dataDir: own.dataDir, key: server.key }))(
    "GET",
    `/api/conversations/${id}`,
  );
  assert.equal(status, 200);
});

test("after a restore that was cut off nothing begins with half of the data; another one mends it", async (t) => {
  const dataDir = join(await temporaryFolder(t), "data");
  await run(["restore", whole], dataDir);
  await mkdir(join(dataDir, "restoring-x"));
  await rename(join(dataDir, "openhands.sqlite"), join(dataDir, "restoring-x", "openhands.sqlite"));
  await assert.rejects(startServer(t, { dataDir, key: server.key }), /has not come to its end\. Fix: /);
  await refused(run(["users", "list"], dataDir), /has not come to its end\. Fix: /);
  assert.ok(!(await readdir(dataDir)).includes("openhands.sqlite"));
  assert.equal((await run(["restore", whole, "--force"], dataDir)).code, 0);
  const { stdout } = await run(["users", "list"], dataDir);
  assert.match(stdout, /since/);
});
