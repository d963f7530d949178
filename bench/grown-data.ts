import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSqliteStore } from "../server/store/sqlite/open.ts";
import type { ConversationRecord, EventDraft, Store } from "../server/store/store.ts";

// What a server has after a long time, put into the folder of one that does not run yet: through its own store, since to
// say 100,000 things over HTTP takes minutes.

/** The ids of the conversations that are compared: one with little in it, one with much. */
export const small = "5".repeat(32);
export const large = "1".repeat(32);

/** How many events of a log a selective filter finds. */
const rare = 15;

const userId = "0".repeat(32);

/** Opens the store of a server's folder, with the user whom the server's first start will find. */
async function prepareStore(folder: string, work: (store: Store) => Promise<void>): Promise<void> {
  let clock = Date.parse("2026-01-01T00:00:00Z");
  const store = await openSqliteStore(folder, { now: () => new Date((clock += 1000)).toISOString() });
  await store.users.insert({ id: userId, name: "admin", createdAt: new Date(clock).toISOString() });
  await work(store);
  await store.close();
}

/** Two conversations with so many events. */
export function withEvents(events: { small: number; large: number }): (folder: string) => Promise<void> {
  return (folder) =>
    prepareStore(folder, async (store) => {
      for (const [id, count] of [
        [small, events.small],
        [large, events.large],
      ] as const) {
        await store.conversations.insert(conversation(id, 0), []);
        for (let done = 0; done < count; done += 500)
          await store.events.append(
            id,
            Array.from({ length: Math.min(500, count - done) }, (_, index) => event(done + index, count)),
          );
      }
    });
}

/** An event of half a kilobyte. A few of a log are of a type, of a source and with a word of their own. */
function event(index: number, count: number): EventDraft {
  const isRare = index % Math.floor(count / rare) === 3;
  const [type, source] = isRare ? (["think", "environment"] as const) : (["message", "agent"] as const);
  const text = `${isRare ? "needle" : "hay"} ${index} ${"and so on, ".repeat(18)}`;
  return {
    kind: "action",
    type,
    source,
    hidden: false,
    body: `"source":"${source}","message":"${text}","action":"${type}","args":{"content":"${text}","wait_for_response":false}`,
  };
}

/** So many conversations, a few of them on a repository of their own. */
export function withConversations(count: number): (folder: string) => Promise<void> {
  return (folder) =>
    prepareStore(folder, async ({ conversations }) => {
      for (let done = 0; done < count; done += 500)
        await Promise.all(
          Array.from({ length: Math.min(500, count - done) }, (_, index) => done + index).map((index) =>
            conversations.insert(
              {
                ...conversation(index.toString(16).padStart(32, "0"), index),
                repository: index % Math.floor(count / rare) === 3 ? rareRepository : "https://git.example/a/common",
              },
              [],
            ),
          ),
        );
    });
}

export const rareRepository = "https://git.example/a/rare";

/** Two conversations with so many files in their workspaces. */
export function withFiles(files: { small: number; large: number }): (folder: string) => Promise<void> {
  return async (folder) => {
    await prepareStore(folder, async ({ conversations }) => {
      for (const id of [small, large]) await conversations.insert(conversation(id, 0), []);
    });
    await fillWorkspace(join(folder, "workspaces", small), files.small);
    await fillWorkspace(join(folder, "workspaces", large), files.large);
  };
}

/** `0/0/` to `49/…/`, twenty files each: as many folders at the top however many files there are. */
async function fillWorkspace(root: string, files: number): Promise<void> {
  for (let done = 0; done < files; done += 20) {
    const number = done / 20;
    const folder = join(root, String(number % 50), String(Math.floor(number / 50)));
    await mkdir(folder, { recursive: true });
    await Promise.all(Array.from({ length: 20 }, (_, index) => writeFile(join(folder, `file-${index}.txt`), "text\n")));
  }
}

function conversation(id: string, second: number): ConversationRecord {
  return {
    id,
    userId,
    title: "A conversation",
    status: "RUNNING",
    repository: null,
    branch: null,
    gitProvider: null,
    trigger: "openhands_api",
    createdAt: new Date(Date.parse("2026-01-01T00:00:00Z") + second * 1000).toISOString(),
    updatedAt: null,
    lastEventId: -1,
    agentState: "awaiting_user_input",
    replayedUntil: -1,
    version: "V0",
    sandboxId: "s",
    parentId: null,
    llmModel: null,
    agentType: "default",
    prNumbers: [],
  };
}
