import { sql } from "kysely";
import type { CompiledQuery, Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type {
  ConversationChange,
  ConversationCriteria,
  ConversationFilter,
  ConversationRecord,
  ConversationStore,
} from "./store.ts";

// The queries that are the same in every SQL database, each a single statement and so atomic without a transaction.

/**
 * Runs a query that has been compiled once, with other parameters: for the few that every request makes, since to build
 * and compile one takes longer than to run it.
 */
export async function first<Row>(
  db: Kysely<Database>,
  query: CompiledQuery<Row>,
  ...parameters: readonly (string | number)[]
): Promise<Row | undefined> {
  return (await db.executeQuery<Row>({ ...query, parameters })).rows[0];
}

/** @param db any dialect */
export function conversationQueries(db: Kysely<Database>): Omit<ConversationStore, "insert" | "fixExperiments"> {
  const byId = db.selectFrom("conversations").selectAll().where("id", "=", "").compile();
  return {
    async get(id) {
      const row = await first(db, byId, id);
      return row ? conversationRecord(row) : null;
    },
    async list(filter) {
      return (await listQuery(db, filter).execute()).map(conversationRecord);
    },
    async idsByPrefix(userId, prefix) {
      const rows = await db
        .selectFrom("conversations")
        .select("id")
        .where("user_id", "=", userId)
        .where("id", ">=", prefix)
        .where("id", "<", `${prefix}g`) // after every hexadecimal digit
        .execute();
      return rows.map(({ id }) => id);
    },
    async count(criteria) {
      const query = matching(db, criteria).select((select) => select.fn.countAll().as("count"));
      return Number((await query.executeTakeFirstOrThrow()).count);
    },
    async many(userId, ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("conversations")
        .selectAll()
        .where("user_id", "=", userId)
        .where("id", "in", ids)
        .execute();
      return rows.map(conversationRecord);
    },
    async children(parentIds) {
      if (parentIds.length === 0) return [];
      const rows = await db
        .selectFrom("conversations")
        .select(["id", "parent_id"])
        .where("parent_id", "in", parentIds)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(({ id, parent_id }) => ({ id, parentId: parent_id ?? "" }));
    },
    async inSandboxes(sandboxIds) {
      if (sandboxIds.length === 0) return [];
      const rows = await db
        .selectFrom("conversations")
        .select(["id", "user_id", "status", "sandbox_id"])
        .where("sandbox_id", "in", sandboxIds)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(({ id, user_id, status, sandbox_id }) => ({
        id,
        userId: user_id,
        status,
        sandboxId: sandbox_id,
      }));
    },
    async listQuietest(userId, statuses) {
      const rows = await db
        .selectFrom("conversations")
        .selectAll()
        .where("user_id", "=", userId)
        .where("status", "in", statuses)
        .orderBy((order) => order.fn.coalesce("updated_at", "created_at"))
        .orderBy("id")
        .execute();
      return rows.map(conversationRecord);
    },
    async setup(id) {
      const row = await db
        .selectFrom("conversation_setups")
        .select(["instructions", "mcp_config", "clone_url"])
        .where("conversation_id", "=", id)
        .executeTakeFirst();
      return {
        instructions: row?.instructions ?? null,
        mcpConfig: row?.mcp_config ?? null,
        cloneUrl: row?.clone_url ?? null,
      };
    },
    async update(id, change) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set(changedColumns(change))
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async updateHeld(id, epoch, change) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set(changedColumns(change))
        .where("id", "=", id)
        .where("epoch", "=", epoch)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async delete(id) {
      await db.deleteFrom("conversations").where("id", "=", id).execute(); // its events go with it
    },
  };
}

function listQuery(db: Kysely<Database>, { after, limit, ...criteria }: ConversationFilter) {
  let query = matching(db, criteria).selectAll();
  if (after) query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`);
  return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit);
}

function matching(db: Kysely<Database>, criteria: ConversationCriteria) {
  const { userId, repository, trigger, topOnly, titleContains } = criteria;
  const { createdFrom, createdBefore, updatedFrom, updatedBefore } = criteria;
  let query = db.selectFrom("conversations").where("user_id", "=", userId);
  if (repository !== undefined) query = query.where("repository", "=", repository);
  if (trigger !== undefined) query = query.where("trigger", "=", trigger);
  if (topOnly) query = query.where("parent_id", "is", null);
  if (titleContains !== undefined) query = query.where(containsTitle(titleContains));
  if (createdFrom !== undefined) query = query.where("created_at", ">=", createdFrom);
  if (createdBefore !== undefined) query = query.where("created_at", "<", createdBefore);
  const updated = sql<string>`coalesce(updated_at, created_at)`;
  if (updatedFrom !== undefined) query = query.where(sql<boolean>`${updated} >= ${updatedFrom}`);
  if (updatedBefore !== undefined) query = query.where(sql<boolean>`${updated} < ${updatedBefore}`);
  return query;
}

/** A title in the form in which it is searched, since databases know the cases of ASCII letters only. */
export function foldedTitle(title: string): string {
  return title.toLowerCase();
}

function containsTitle(text: string) {
  const literal = foldedTitle(text).replaceAll(/[\\%_]/g, String.raw`\$&`);
  return sql<boolean>`title_folded like ${`%${literal}%`} escape ${"\\"}`;
}

function changedColumns({ title, status, branch, updatedAt, llmModel }: ConversationChange) {
  return {
    ...(title !== undefined && { title, title_folded: foldedTitle(title) }),
    ...(status !== undefined && { status }),
    ...(branch !== undefined && { branch }),
    ...(updatedAt !== undefined && { updated_at: updatedAt }),
    ...(llmModel !== undefined && { llm_model: llmModel }),
  };
}

function conversationRecord(row: Selectable<Database["conversations"]>): ConversationRecord {
  return {
    id: row.id,
    userId: row.user_id,
    title: row.title,
    status: row.status,
    repository: row.repository,
    branch: row.branch,
    gitProvider: row.git_provider,
    trigger: row.trigger,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastEventId: row.last_event_id,
    agentState: row.agent_state,
    replayedUntil: row.replayed_until,
    version: row.version,
    sandboxId: row.sandbox_id,
    parentId: row.parent_id,
    llmModel: row.llm_model,
    agentType: row.agent_type,
    prNumbers: JSON.parse(row.pr_numbers),
  };
}
