import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Config } from "../config.ts";
import { migrations } from "../store/migrations.ts";
import { openPool } from "../store/postgres/pool.ts";
import type { PostgresClient } from "../store/postgres/pool.ts";
import { withoutSecrets } from "../store/postgres/url.ts";
import type { Finding } from "./finding.ts";
import { findingsAbout } from "./finding.ts";

const { ok, warning, problem } = findingsAbout("Database");

/** The database, which is only read. */
export function checkDatabase(
  config: Pick<Config, "DATA_DIR" | "DATABASE_URL" | "DATABASE_POOL_SIZE">,
): Promise<Finding[]> {
  return config.DATABASE_URL === undefined
    ? checkSqlite(join(config.DATA_DIR, "openhands.sqlite"))
    : checkPostgres(config.DATABASE_URL, config.DATABASE_POOL_SIZE);
}

async function checkSqlite(file: string): Promise<Finding[]> {
  if (!existsSync(file)) return [ok(`${file} does not exist yet; the first start makes it`)];
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    const faults = database
      .prepare("PRAGMA integrity_check(3)")
      .all()
      .map(({ integrity_check }) => String(integrity_check));
    if (faults.join() !== "ok")
      return [problem(`${file} is damaged: ${faults.join("; ")}. Fix: restore it from a backup.`)];
    const applied = database.prepare("select name from kysely_migration order by name").all();
    return [ok(`${file}, whole`), schemaFinding(applied.map(({ name }) => String(name)))];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      problem(`${file} cannot be read (${reason}). Fix: run this as the user of the server, or restore a backup.`),
    ];
  }
}

/** What the schema of a database is, beside that of this version. */
function schemaFinding(applied: readonly string[]): Finding {
  const known = Object.keys(migrations);
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0)
    return problem(
      `A newer version of the server has changed its schema (${newer.join(", ")}). Fix: run that version.`,
    );
  const missing = known.length - applied.length;
  return missing === 0
    ? ok(`Its schema is up to date, ${known.at(-1)}`)
    : ok(`The next start brings its schema up to date: ${missing} of ${known.length} steps`);
}

const oldestPostgres = 15;

/** How far its clock may be from this one: times in the log are this machine's, and several servers write to it. */
const mostSkewMs = 2000;

async function checkPostgres(url: string, poolSize: number): Promise<Finding[]> {
  const place = withoutSecrets(url);
  const pool = openPool(url, { size: 1 });
  try {
    const client = await pool.connect();
    try {
      return [ok(place), ...(await checkServer(client, poolSize)), await checkSchema(client)];
    } finally {
      client.release();
    }
  } catch (error) {
    return [
      problem(
        `${place} cannot be used. ${sentence(error)} Fix: see to it that it runs and lets this server in, or correct DATABASE_URL.`,
      ),
    ];
  } finally {
    await pool.end();
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message.replace(/[^.]$/, "$&.") : String(error);
}

interface ServerRow {
  readonly version: string;
  readonly encoding: string;
  readonly now: number;
  readonly connections: number;
  readonly reserved: number;
  readonly may_create: boolean;
  readonly recovering: boolean;
}

async function checkServer(client: PostgresClient, poolSize: number): Promise<Finding[]> {
  const asked = Date.now();
  const { rows } = await client.query<ServerRow>(`select
    current_setting('server_version') as version, current_setting('server_encoding') as encoding,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
    current_setting('max_connections')::int as connections,
    current_setting('superuser_reserved_connections')::int as reserved,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create, pg_is_in_recovery() as recovering`);
  const answered = Date.now();
  const [row] = rows;
  if (!row) return [problem("It does not say what it is.")]; // a select without a table has one row
  const { version, encoding, connections, reserved } = row;
  const skew = Math.round(row.now - (asked + answered) / 2);
  const findings = [
    Number.parseInt(version, 10) >= oldestPostgres
      ? ok(`PostgreSQL ${version}`)
      : problem(`PostgreSQL ${version} is too old. Fix: use ${oldestPostgres} or newer.`),
  ];
  if (encoding !== "UTF8")
    findings.push(
      problem(`Its encoding is ${encoding}, which cannot hold every text. Fix: make it with encoding UTF8.`),
    );
  if (row.recovering) findings.push(problem("It is a standby, which cannot be written. Fix: name the primary."));
  else if (!row.may_create)
    findings.push(problem("Its user may not create tables. Fix: grant create on the schema to that user."));
  if (poolSize > connections - reserved)
    findings.push(
      warning(
        `It takes ${connections - reserved} connections, and this server alone may want ${poolSize}. Fix: lower DATABASE_POOL_SIZE, or raise max_connections.`,
      ),
    );
  findings.push(
    Math.abs(skew) <= mostSkewMs + (answered - asked)
      ? ok("Its clock agrees with this one")
      : warning(
          `Its clock is ${Math.abs(skew / 1000).toFixed(1)} seconds ${skew > 0 ? "ahead of" : "behind"} this one. Fix: let NTP set the clocks of both machines.`,
        ),
  );
  return findings;
}

async function checkSchema(client: PostgresClient): Promise<Finding> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "select to_regclass('kysely_migration') is not null as there",
  );
  if (found[0]?.there !== true) return ok("It is empty; the first start makes its tables");
  const { rows } = await client.query<{ name: string }>("select name from kysely_migration order by name");
  return schemaFinding(rows.map(({ name }) => name));
}
