import type { Kysely } from "kysely";
import { change, firstOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Database } from "./database.ts";
import type { EventWriter } from "./event-writer.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import { conversationQueries, foldedTitle } from "./queries.ts";
import { insertSandbox } from "./sandbox-queries.ts";
import type { ConversationRecord, ConversationSetup, ConversationStore } from "./store.ts";

/** A conversation is inserted together with its first events, so that a crash never leaves one without. */
export function createConversationStore({ db, transaction }: Connection, write: EventWriter): ConversationStore {
  return {
    ...conversationQueries(db),
    insert: ({ setup, sandbox, ...conversation }, drafts, receipt) =>
      transaction(function* () {
        if (sandbox && (yield* firstOf(sandboxOf(db, sandbox.id)))) return null; // it has outlived a conversation of its id
        if ((yield* change(insertConversation(db, conversation))) === 0) return null;
        yield* leaveReceipt(db, receipt);
        if (sandbox) yield* change(insertSandbox(db, sandbox));
        if (setup) yield* change(insertSetup(db, conversation.id, setup));
        const [events] = yield* write([{ conversationId: conversation.id, drafts }]);
        return Array.isArray(events) ? events : null;
      }),
    fixExperiments: (id, experiments) =>
      transaction(function* () {
        if (!(yield* firstOf(db.selectFrom("conversations").select("id").where("id", "=", id)))) return "not_found";
        const fixed = yield* change(insertExperiments(db, id, JSON.stringify(experiments)));
        return fixed === 0 ? "fixed_before" : "stored";
      }),
  };
}

function sandboxOf(db: Kysely<Database>, id: string) {
  return db.selectFrom("sandboxes").select("id").where("id", "=", id);
}

/** It changes no row when there is a conversation of that id. */
function insertConversation(db: Kysely<Database>, conversation: ConversationRecord) {
  return db
    .insertInto("conversations")
    .values({
      id: conversation.id,
      user_id: conversation.userId,
      title: conversation.title,
      status: conversation.status,
      repository: conversation.repository,
      branch: conversation.branch,
      git_provider: conversation.gitProvider,
      trigger: conversation.trigger,
      created_at: conversation.createdAt,
      updated_at: conversation.updatedAt,
      last_event_id: conversation.lastEventId,
      agent_state: conversation.agentState,
      replayed_until: conversation.replayedUntil,
      version: conversation.version,
      title_folded: foldedTitle(conversation.title),
      sandbox_id: conversation.sandboxId,
      parent_id: conversation.parentId,
      llm_model: conversation.llmModel,
      agent_type: conversation.agentType,
      pr_numbers: JSON.stringify(conversation.prNumbers),
    })
    .onConflict((conflict) => conflict.column("id").doNothing());
}

function insertSetup(db: Kysely<Database>, id: string, { instructions, mcpConfig, cloneUrl }: ConversationSetup) {
  return db
    .insertInto("conversation_setups")
    .values({ conversation_id: id, instructions, mcp_config: mcpConfig, clone_url: cloneUrl, experiments: null });
}

/** It changes no row when the conversation has experiments. */
function insertExperiments(db: Kysely<Database>, id: string, experiments: string) {
  return db
    .insertInto("conversation_setups")
    .values({ conversation_id: id, instructions: null, mcp_config: null, clone_url: null, experiments })
    .onConflict((conflict) =>
      conflict
        .column("conversation_id")
        .doUpdateSet({ experiments })
        .where("conversation_setups.experiments", "is", null),
    );
}
