import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, open, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { caller } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { hasRedis, startRedis } from "../support/redis.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";
import { postgres, storeSides, temporaryDatabase } from "../support/stores.ts";

/** The data of a server that has run. */
const server = await startServer({ after });
await caller(server)("POST", "/api/settings", { body: {} });

async function usedFolder(): Promise<string> {
  const place = await startServer({ after });
  await place.stop();
  return place.dataDir;
}

interface Examined {
  readonly code: number | null;
  readonly output: string;
  /** What is not well, each as `warning Redis …`. */
  readonly amiss: readonly string[];
}

async function examine(env: Record<string, string>): Promise<Examined> {
  const { code, stdout, stderr } = await runCli(["doctor"], { env: { PORT: "0", ...env } });
  assert.equal(stderr, "");
  let about = "";
  const lines = stdout.split("\n").flatMap((line) => {
    const [, verdict = "", name = "", says = ""] = /^ {2}(ok|warning|problem) +(\S.*?\S)?  (.*)$/.exec(line) ?? [];
    if (verdict === "") return [];
    about = name === "" ? about : name;
    return [{ verdict, text: `${verdict} ${about} ${says}`.replaceAll(/ +/g, " ") }];
  });
  assert.ok(lines.length > 0, stdout);
  return { code, output: stdout, amiss: lines.filter(({ verdict }) => verdict !== "ok").map(({ text }) => text) };
}

test("where nothing is there yet all is well, and nothing is made", async (t) => {
  const folder = await temporaryFolder(t);
  const { code, output, amiss } = await examine({ DATA_DIR: join(folder, "new/data") });
  assert.deepEqual([code, amiss], [0, []], output);
  assert.match(output, /\nAll is well: `openhands-api serve` can run so\.\n$/);
  assert.deepEqual(await readdir(folder), []);
});

test("a server that runs is recognised, and its data is read beside it", async () => {
  const { code, output, amiss } = await examine({ DATA_DIR: server.dataDir, PORT: new URL(server.url).port });
  assert.deepEqual([code, amiss], [0, []], output);
  assert.match(output, /Address +\S+ has a server that runs/);
  assert.match(output, /openhands\.sqlite, whole/);
  assert.match(output, /Its schema is up to date/);
});

test("a port that another program has is a problem", async (t) => {
  const other = createServer((socket) => socket.end("220 hello\r\n")).listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo; // a TCP server's
  const { code, amiss } = await examine({ DATA_DIR: server.dataDir, PORT: String(port) });
  assert.equal(code, 1);
  assert.deepEqual(amiss, [
    `problem Address 127.0.0.1:${port} is taken by another program. Fix: stop that, or set PORT to another one.`,
  ]);
});

test("every variable that is wrong is a problem, and what they name is not looked at", async () => {
  const secret = `short ${randomBytes(8).toString("hex")}`;
  const { code, output, amiss } = await examine({ PORT: "a", SECRET_KEY: secret });
  assert.equal(code, 1);
  assert.deepEqual(
    amiss.map((line) => line.split(" ").slice(0, 3).join(" ")),
    ["problem Configuration PORT:", "problem Configuration SECRET_KEY:", "warning Configuration What"],
  );
  assert.ok(!output.includes(secret));
});

test("a key file that others may read, or that holds no key, is a problem and is not shown", async () => {
  const dataDir = await usedFolder();
  const file = join(dataDir, "secret.key");
  const key = await readFile(file, "utf8");
  await chmod(file, 0o644);
  const open = await examine({ DATA_DIR: dataDir });
  assert.deepEqual(open.amiss, [`problem Secret key Other users may read ${file}. Fix: chmod 600 ${file}`]);
  await chmod(file, 0o600);
  await writeFile(file, key.slice(1));
  const broken = await examine({ DATA_DIR: dataDir });
  assert.equal(broken.code, 1);
  assert.match(broken.amiss.join("\n"), /^problem Secret key \S+ does not hold a key of 64 hexadecimal digits\. Fix: /);
  for (const { output } of [open, broken]) assert.ok(!output.includes(key.slice(1)));
});

test("a database that a newer version has changed, or that is damaged, is a problem", async () => {
  const dataDir = await usedFolder();
  const file = join(dataDir, "openhands.sqlite");
  {
    using database = new DatabaseSync(file);
    database.exec("insert into kysely_migration (name, timestamp) values ('999-from-the-future', '')");
  }
  const newer = await examine({ DATA_DIR: dataDir });
  assert.match(
    newer.amiss.join("\n"),
    /^problem Database A newer version .*999-from-the-future.* Fix: run that version\.$/,
  );
  const handle = await open(file, "r+");
  await handle.write(randomBytes(8192), 0, 8192, 4096);
  await handle.close();
  const damaged = await examine({ DATA_DIR: dataDir });
  assert.equal(damaged.code, 1);
  assert.match(damaged.amiss.join("\n"), /^problem Database .* (is damaged|cannot be read)/);
});

test("an address that others can reach is asked for its limits and its proxy", async () => {
  const { code, amiss } = await examine({
    DATA_DIR: server.dataDir,
    HOST: "0.0.0.0",
    RATE_LIMIT_ADDRESS: "off",
    RATE_LIMIT_USER: "off",
  });
  assert.equal(code, 0);
  assert.deepEqual(
    amiss.map((line) => /^warning Address .*Fix: (.*)$/.exec(line)?.[1]),
    ["set RATE_LIMIT_ADDRESS and RATE_LIMIT_USER.", "put a proxy in front that does, and name it in TRUSTED_PROXIES."],
  );
});

const password = randomBytes(12).toString("hex");
const SECRET_KEY = randomBytes(32).toString("hex");

test(
  "PostgreSQL: what it is, its clock and its schema; or why it cannot be used",
  { skip: !storeSides.includes(postgres) },
  async (t) => {
    const url = new URL(await temporaryDatabase(t));
    if (url.password === "") url.password = password; // which a server that trusts everybody does not ask for
    const env = { DATA_DIR: server.dataDir, SECRET_KEY };
    const empty = await examine({ ...env, DATABASE_URL: url.href });
    assert.deepEqual([empty.code, empty.amiss], [0, []], empty.output);
    assert.match(
      empty.output,
      /PostgreSQL \d+.*\n.*Its clock agrees.*\n.*It is empty; the first start makes its tables/,
    );
    await (await startServer(t, { env: { DATABASE_URL: url.href } })).stop();
    const { amiss, output } = await examine({ ...env, DATABASE_URL: url.href, DATABASE_POOL_SIZE: "1000" });
    assert.match(output, /Its schema is up to date/);
    assert.match(amiss.join("\n"), /^warning Database It takes \d+ connections, and this server alone may want 1000\./);
    url.port = "9";
    const away = await examine({ ...env, DATABASE_URL: url.href });
    assert.equal(away.code, 1);
    assert.match(away.amiss.join("\n"), /^problem Database postgresql:\/\/\S+ cannot be used\. .*ECONNREFUSED.* Fix: /);
    for (const { output: shown } of [empty, { output }, away]) {
      assert.ok(!shown.includes(url.password));
      assert.ok(!shown.includes(SECRET_KEY));
    }
  },
);

test("Redis: what it is and what it drops; or why it cannot be used", { skip: !hasRedis }, async (t) => {
  const redis = await startRedis(t, password);
  const env = { DATA_DIR: server.dataDir, REDIS_URL: redis.url };
  const well = await examine(env);
  assert.deepEqual([well.code, well.amiss], [0, []], well.output);
  assert.match(well.output, /Redis \d+\.\d+.*\n.*it drops nothing/);
  await redis.command("CONFIG", "SET", "maxmemory", "100mb");
  await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  const full = await examine(env);
  assert.equal(full.code, 0);
  assert.match(full.amiss.join("\n"), /^warning Redis .*\(allkeys-lru\).* Fix: set maxmemory-policy to noeviction/);
  await redis.command("REPLICAOF", "127.0.0.1", "9");
  assert.match((await examine(env)).amiss.join("\n"), /^problem Redis It is a replica/);
  const wrong = await examine({ ...env, REDIS_URL: redis.url.replace(password, `${password}x`) });
  assert.equal(wrong.code, 1);
  assert.match(wrong.amiss.join("\n"), /^problem Redis 127\.0\.0\.1:\d+ cannot be used \(WRONGPASS/);
  await redis.kill();
  const away = await examine(env);
  assert.match(away.amiss.join("\n"), /cannot be used \(.*ECONNREFUSED.*\).*Fix: /);
  for (const { output } of [well, full, wrong, away]) assert.ok(!output.includes(password));
});

test("an OpenID provider that does not answer is a problem", async () => {
  const { code, amiss } = await examine({
    DATA_DIR: server.dataDir,
    AUTH_MODE: "oidc",
    OIDC_ISSUER: "http://127.0.0.1:9",
    OIDC_CLIENT_ID: "openhands",
    OIDC_CLIENT_SECRET: password,
    OIDC_REDIRECT_URL: "http://127.0.0.1:3000/api/login/oidc/callback",
  });
  assert.equal(code, 1);
  assert.match(
    amiss.join("\n"),
    /^problem OpenID provider http:\/\/127\.0\.0\.1:9\/ does not answer as it should .* Fix: correct OIDC_ISSUER/,
  );
  assert.ok(!amiss.join().includes(password));
});
