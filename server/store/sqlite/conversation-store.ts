import type { Connection } from "./connection.ts";
import { conversationQueries, foldedTitle } from "../queries.ts";
import { insertSandbox } from "../sandbox-queries.ts";
import type { ConversationStore } from "../store.ts";
import type { EventWriter } from "./event-store.ts";
import { leaveReceipt } from "./receipts.ts";

/** The conversations in SQLite. One is inserted together with its first events, so that a crash never leaves one without. */
export function createSqliteConversationStore(connection: Connection, writer: EventWriter): ConversationStore {
  const { sqlite, db, change, transaction } = connection;
  const insert = sqlite.prepare(
    "INSERT INTO conversations (id, user_id, title, status, repository, branch, git_provider, trigger, created_at, updated_at, last_event_id, agent_state, replayed_until, version, title_folded, sandbox_id, parent_id, llm_model, agent_type, pr_numbers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const insertSetup = sqlite.prepare(
    "INSERT INTO conversation_setups (conversation_id, instructions, mcp_config, clone_url) VALUES (?, ?, ?, ?)",
  );
  const exists = sqlite.prepare("SELECT 1 FROM conversations WHERE id = ?");
  const sandboxExists = sqlite.prepare("SELECT 1 FROM sandboxes WHERE id = ?"); // one that has outlived a conversation of its id
  const insertExperiments = sqlite.prepare(
    "INSERT INTO conversation_setups (conversation_id, experiments) VALUES (?, ?) ON CONFLICT (conversation_id) DO UPDATE SET experiments = excluded.experiments WHERE experiments IS NULL",
  );
  return {
    ...conversationQueries(db),
    fixExperiments: async (id, experiments) =>
      transaction(() => {
        if (!exists.get(id)) return "not_found";
        return insertExperiments.run(id, JSON.stringify(experiments)).changes === 0 ? "fixed_before" : "stored";
      }),
    insert: async ({ setup, sandbox, ...conversation }, drafts, receipt) =>
      transaction(() => {
        if (exists.get(conversation.id) || (sandbox && sandboxExists.get(sandbox.id))) return null;
        if (sandbox) change(insertSandbox(db, sandbox));
        const { id, userId, title, status, repository, branch, gitProvider, trigger } = conversation;
        const { createdAt, updatedAt, lastEventId, agentState, replayedUntil, version } = conversation;
        const described = [id, userId, title, status, repository, branch, gitProvider, trigger];
        const { sandboxId, parentId, llmModel, agentType, prNumbers } = conversation;
        insert.run(
          ...described,
          createdAt,
          updatedAt,
          lastEventId,
          agentState,
          replayedUntil,
          version,
          foldedTitle(title),
          sandboxId,
          parentId,
          llmModel,
          agentType,
          JSON.stringify(prNumbers),
        );
        leaveReceipt(connection, receipt);
        if (setup) insertSetup.run(id, setup.instructions, setup.mcpConfig, setup.cloneUrl);
        return writer(id, drafts);
      }),
  };
}
