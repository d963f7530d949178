import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { OperatorError } from "../operator-error.ts";
import type { Database } from "./database.ts";
import { migrations } from "./migrations.ts";

/** The database has been written by a newer version of the server. */
export class NewerSchemaError extends OperatorError {
  override name = "NewerSchemaError";
}

/**
 * Brings the schema up to date: each migration once, whoever else begins at the same time, and forward only.
 * @param variable the setting that names the database
 * @throws {NewerSchemaError} when a newer server has changed the schema
 */
export async function migrate(db: Kysely<Database>, variable: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error && error.message.startsWith("corrupted migrations")) {
    throw new NewerSchemaError(
      `The database was last used by a newer version of the server. Fix: run that version, or set ${variable} to another one.`,
      { cause: error },
    );
  }
  if (error !== undefined) throw new Error("The database's schema could not be brought up to date.", { cause: error });
}
