import type { Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type { FeedbackRecord, FeedbackStore } from "./store.ts";

/** @param db any dialect */
export function feedbackQueries(db: Kysely<Database>): FeedbackStore {
  return {
    async insert(feedback) {
      // From the conversation's own row, so that one that is deleted meanwhile is no error of the database.
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("feedback")
        .columns(["id", "user_id", "conversation_id", "kind", "created_at", "event_id", "last_event_id", "content"])
        .expression((query) =>
          query
            .selectFrom("conversations")
            .where("conversations.id", "=", feedback.conversationId)
            .select((value) => [
              value.val(feedback.id).as("id"),
              value.val(feedback.userId).as("user_id"),
              "conversations.id as conversation_id",
              value.val(feedback.kind).as("kind"),
              value.val(feedback.createdAt).as("created_at"),
              value.val(feedback.eventId).as("event_id"),
              value.val(feedback.lastEventId).as("last_event_id"),
              value.val(JSON.stringify(feedback.content)).as("content"),
            ]),
        )
        .executeTakeFirstOrThrow();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async listByConversation(conversationId, kind) {
      const rows = await db
        .selectFrom("feedback")
        .selectAll()
        .where("conversation_id", "=", conversationId)
        .where("kind", "=", kind)
        .orderBy("position")
        .execute();
      return rows.map(feedbackRecord);
    },
    async list({ after, limit }) {
      const rows = await db
        .selectFrom("feedback")
        .innerJoin("users", "users.id", "feedback.user_id")
        .leftJoin("conversation_setups", "conversation_setups.conversation_id", "feedback.conversation_id")
        .selectAll("feedback")
        .select(["users.name as user_name", "conversation_setups.experiments as experiments"])
        .where("position", ">", after)
        .orderBy("position")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...feedbackRecord(row),
        position: row.position,
        userName: row.user_name,
        experiments: row.experiments === null ? null : JSON.parse(row.experiments),
      }));
    },
  };
}

function feedbackRecord(row: Selectable<Database["feedback"]>): FeedbackRecord {
  return {
    id: row.id,
    userId: row.user_id,
    conversationId: row.conversation_id,
    kind: row.kind,
    createdAt: row.created_at,
    eventId: row.event_id,
    lastEventId: row.last_event_id,
    content: JSON.parse(row.content),
  };
}
