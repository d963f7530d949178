// The databases that a store can be in. What is promised of a store is tested in each of them.
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import type { Connection } from "../../server/store/connection.ts";
import { postgresConnection } from "../../server/store/postgres/connection.ts";
import { openPostgresStore } from "../../server/store/postgres/open.ts";
import { openPool } from "../../server/store/postgres/pool.ts";
import { openConnection } from "../../server/store/sqlite/connection.ts";
import { openSqliteStore } from "../../server/store/sqlite/open.ts";
import type { Store } from "../../server/store/store.ts";
import { cleanUp, temporaryFolder } from "./start-server.ts";
import type { Cleanup, ServerPlace } from "./start-server.ts";

/** A kind of database. */
export interface StoreSide {
  readonly name: "SQLite" | "PostgreSQL";
  /** A new, empty database, which is removed when the test is over. */
  place(t: Cleanup): Promise<StorePlace>;
}

/** Where a database is, for a store and for servers. */
export interface StorePlace extends ServerPlace {
  /** @param now the clock, RFC 3339; the machine's when left out */
  open(now?: () => string): Promise<Store>;
  /** The way past the store, to prepare what it would not write. Brings no schema up to date. */
  connect(): Connection;
  /** All that is stored, as text in which something can be looked for. */
  contents(): Promise<string>;
}

const machineClock = () => new Date().toISOString();

/** A server on which databases may be created; the one on this machine unless another one is named. */
const postgresUrl = process.env["TEST_DATABASE_URL"] ?? "postgresql://postgres@127.0.0.1:5432/postgres";

export const sqlite: StoreSide = {
  name: "SQLite",
  async place(t) {
    const dataDir = await temporaryFolder(t);
    return {
      dataDir,
      env: {},
      open: (now = machineClock) => openSqliteStore(dataDir, { now }),
      connect: () => openConnection(join(dataDir, "openhands.sqlite")),
      contents: async () => {
        const names = (await readdir(dataDir)).filter((name) => name.startsWith("openhands.sqlite"));
        return (await Promise.all(names.map((name) => readFile(join(dataDir, name), "latin1")))).join("\n");
      },
    };
  },
};

export const postgres: StoreSide = {
  name: "PostgreSQL",
  async place(t) {
    const dataDir = await temporaryFolder(t);
    const url = await temporaryDatabase(t);
    return {
      dataDir,
      env: { DATABASE_URL: url, LEASE_SECONDS: "2" },
      open: (now = machineClock) => openPostgresStore(url, { now, poolSize: 4 }),
      connect: () => postgresConnection(openPool(url, { size: 2, patient: true })),
      contents: async () => {
        const tables = await query(url, "select tablename from pg_tables where schemaname = 'public'");
        const rows = tables.map(({ tablename }) => query(url, `select * from ${String(tablename)}`));
        return JSON.stringify(await Promise.all(rows));
      },
    };
  },
};

/** The sides that can be tested on this machine; in CI all of them must be. */
export const storeSides: readonly StoreSide[] = (await hasPostgres()) ? [sqlite, postgres] : [sqlite];

/** @returns false where there is none, which a skipped test says */
async function hasPostgres(): Promise<boolean> {
  try {
    await query(postgresUrl, "select 1");
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const message = `PostgreSQL does not answer (${reason}). Start one on 127.0.0.1:5432, or name one in TEST_DATABASE_URL.`;
    if (process.env["CI"] === "true") throw new Error(message, { cause: error });
    test("all of this on PostgreSQL", { skip: message });
    return false;
  }
}

/** As a database may be that others have made: its language sorts texts in another order than their bytes. */
const otherOrder = "encoding 'UTF8' locale_provider icu icu_locale 'en' template template0";

/** A new, empty database. @param options as CREATE DATABASE takes them @returns its URL */
export async function temporaryDatabase(t: Cleanup, options = otherOrder): Promise<string> {
  const name = `openhands_test_${randomBytes(8).toString("hex")}`;
  await query(postgresUrl, `create database ${name} ${options}`);
  cleanUp(t, async () => void (await query(postgresUrl, `drop database if exists ${name} with (force)`)));
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
