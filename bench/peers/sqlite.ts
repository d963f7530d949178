// The least that SQLite can do: the statements of an append in a loop, durable after each transaction, without a server.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { openSqliteStore } from "../../server/store/sqlite/open.ts";

const folder = process.env["FOLDER"] ?? "";
await prepareSchema();
const sqlite = new DatabaseSync(join(folder, "openhands.sqlite"));
sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
const lastId = sqlite.prepare("SELECT last_event_id FROM conversations WHERE id = ?");
const insert = sqlite.prepare(
  "INSERT INTO events (conversation_id, id, timestamp, kind, type, source, hidden, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const advance = sqlite.prepare("UPDATE conversations SET last_event_id = ?, updated_at = ? WHERE id = ?");
const body =
  '"source":"user","message":"hello","action":"message","args":{"content":"hello","file_urls":null,"image_urls":null,"wait_for_response":false,"security_risk":-1}';

// A line is an order: how many events, and how many of them in a transaction.
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [events = 0, perTransaction = 1] = line.split(" ").map(Number);
  for (let done = 0; done < events; done += perTransaction) append(perTransaction);
  console.log("done");
}

function append(events: number): void {
  sqlite.exec("BEGIN IMMEDIATE");
  for (let index = 0; index < events; index += 1) {
    const id = Number(lastId.get("c")?.["last_event_id"]) + 1;
    const timestamp = new Date().toISOString();
    insert.run("c", id, timestamp, "action", "message", "user", 0, `{"id":${id},"timestamp":"${timestamp}",${body}}`);
    advance.run(id, timestamp, "c");
  }
  sqlite.exec("COMMIT");
}

/** The server's own schema, with a conversation to append to. */
async function prepareSchema(): Promise<void> {
  const now = new Date().toISOString();
  const store = await openSqliteStore(folder, { now: () => now });
  await store.users.insert({ id: "u", name: "bench", createdAt: now });
  await store.conversations.insert(
    {
      id: "c",
      userId: "u",
      title: "",
      status: "RUNNING",
      repository: null,
      branch: null,
      gitProvider: null,
      trigger: null,
      createdAt: now,
      updatedAt: null,
      lastEventId: -1,
      agentState: null,
      replayedUntil: -1,
      version: "V0",
      sandboxId: "s",
      parentId: null,
      llmModel: null,
      agentType: "default",
      prNumbers: [],
    },
    [],
  );
  await store.close();
}
