import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import type { ConversationService } from "../../../server/conversations/conversation-service.ts";
import { createLocalEventBus } from "../../../server/conversations/event-bus.ts";
import { createEventLog } from "../../../server/conversations/event-log.ts";
import { createSandboxKeys } from "../../../server/identity/sandbox-keys.ts";
import { newId } from "../../../server/identity/tokens.ts";
import { conversationsHandlers } from "../../../server/rest/conversations.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import type { ConversationRecord } from "../../../server/store/store.ts";
import { noMasks } from "../../support/event-log.ts";
import { temporaryFolder } from "../../support/start-server.ts";

interface ConversationPage {
  readonly results: readonly { readonly conversation_id: string }[];
  readonly next_page_id: string | null;
}

/** What happens between two pages: conversations begin, some in the same millisecond, and one that there is ends. */
const happening = fc.record({
  created: fc.nat({ max: 3 }),
  deleted: fc.option(fc.nat({ max: 40 }), { nil: null }),
  ticks: fc.nat({ max: 2 }),
});

test("however a list is paged while conversations come and go, no one is skipped, shown twice, or promised in vain", async (t) => {
  const store = await openSqliteStore(await temporaryFolder(t), { now: () => new Date().toISOString() });
  t.after(() => store.close());
  const { conversations } = store;
  const handlers = conversationsHandlers({
    conversations: { list: (filter) => conversations.list(filter) } as ConversationService, // all that the list needs
    allowIds: false,
    connections: () => 0,
    conversationStore: conversations,
    sandboxStore: store.sandboxes,
    sandboxKeys: createSandboxKeys({ secretKey: randomBytes(32), store }),
    log: createEventLog(store, createLocalEventBus(), noMasks),
  });

  const property = fc.asyncProperty(
    fc.array(fc.nat({ max: 2 }), { maxLength: 25 }),
    fc.array(happening, { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom({}, { selected_repository: "a" }, { conversation_trigger: "gui" as const }),
    async (initialTicks, happenings, limit, filter) => {
      const userId = newId();
      await store.users.insert({ id: userId, name: userId, createdAt: "" });
      const principal = {
        userId,
        via: "key",
        scope: "write",
        proof: null,
        expiresAt: null,
        keysExpireBy: null,
      } as const;
      let clock = 0;
      const wanted = new Set<string>();
      let count = 0;
      const create = async (ticks: number) => {
        clock += ticks;
        count += 1;
        const record = recordAt(userId, clock, count);
        await conversations.insert(record, []);
        if (isWanted(record, filter)) wanted.add(record.id);
        return record.id;
      };
      const there: string[] = [];
      for (const ticks of initialTicks) there.push(await create(ticks));
      const throughout = new Set(there);

      const shown: string[] = [];
      let pageId: string | null = null;
      for (let page = 0; ; page += 1) {
        const query = {
          ...filter,
          limit,
          include_sub_conversations: false,
          ...(pageId !== null && { page_id: pageId }),
        };
        const answer = await handlers.list(
          { query },
          { principal, headers: {}, address: "", secure: false, receiptOf: () => undefined },
        );
        const body = answer.body as ConversationPage; // what the contract says; a handler may also give stored text
        assert.ok(body.results.length <= limit);
        const previous = pageId;
        pageId = body.next_page_id;
        shown.push(...body.results.map(({ conversation_id }) => conversation_id));
        if (pageId === null) break;
        assert.ok(
          there.some((id) => wanted.has(id) && !shown.includes(id)),
          "a next page with nothing to show",
        );
        assert.notEqual(body.results.length, 0, `an empty page after ${previous} with a next one`);
        const { created, deleted, ticks } = happenings[page % happenings.length] ?? {
          created: 0,
          deleted: null,
          ticks: 0,
        };
        const ended = deleted === null ? undefined : there[deleted];
        if (deleted !== null && ended !== undefined && ended !== "") {
          await conversations.delete(ended);
          throughout.delete(ended);
          there[deleted] = ""; // the others keep their places
        }
        // None that begins in the past: a page that has been shown cannot show it any more.
        for (let count = 0; count < created; count += 1) there.push(await create(ticks));
      }
      assert.equal(new Set(shown).size, shown.length, "none twice");
      assert.ok(new Set(shown).isSubsetOf(wanted), "none that the filter does not want");
      assert.ok(
        throughout.intersection(wanted).isSubsetOf(new Set(shown)),
        "none that was there throughout is skipped",
      );
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

function isWanted(
  { repository, trigger }: ConversationRecord,
  filter: { readonly selected_repository?: string; readonly conversation_trigger?: string },
): boolean {
  const { selected_repository = repository, conversation_trigger = trigger } = filter;
  return repository === selected_repository && trigger === conversation_trigger;
}

/** @param count what tells apart which repository it is on, and what began it */
function recordAt(userId: string, moment: number, count: number): ConversationRecord {
  return {
    id: newId(),
    userId,
    title: "",
    status: "STOPPED",
    repository: ["a", "b", null][count % 3] ?? null,
    branch: null,
    gitProvider: null,
    trigger: count % 2 === 0 ? "gui" : "openhands_api",
    createdAt: new Date(moment).toISOString(),
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
  };
}
