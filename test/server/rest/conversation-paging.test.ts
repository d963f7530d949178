import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { ConversationService } from "../../../server/conversations/conversation-service.ts";
import { newId } from "../../../server/identity/tokens.ts";
import { conversationsHandlers } from "../../../server/rest/conversations.ts";
import { openSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import type { ConversationRecord } from "../../../server/store/store.ts";
import { temporaryFolder } from "../../support/start-server.ts";

interface ConversationPage {
  readonly results: readonly { readonly conversation_id: string }[];
  readonly next_page_id: string | null;
}

/** What the list can be filtered by. Conversations are of either kind in both respects. */
const kinds = {
  trigger: fc.constantFrom("gui", "openhands_api"),
  repository: fc.constantFrom("a", "b"),
} as const;
const kind = fc.record(kinds);
const filter = fc.record(kinds, { requiredKeys: [] });

/** What happens between two pages: conversations begin, some in the same millisecond, and one that there is ends. */
const happening = fc.record({
  created: fc.array(fc.record(kinds), { maxLength: 3 }),
  deleted: fc.option(fc.nat({ max: 40 }), { nil: null }),
  ticks: fc.nat({ max: 2 }),
});

test("however a list is filtered and paged while conversations come and go, no one is skipped, shown twice, or promised in vain", async (t) => {
  const store = await openSqliteStore(await temporaryFolder(t), { now: () => new Date().toISOString() });
  t.after(() => store.close());
  const { conversations } = store;
  const handlers = conversationsHandlers({
    conversations: { list: (filter) => conversations.list(filter) } as ConversationService, // all that the list needs
    allowIds: false,
    connections: () => 0,
  });

  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.nat({ max: 2 }), kind), { maxLength: 25 }),
    fc.array(happening, { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 1, max: 7 }),
    filter,
    async (initial, happenings, limit, { trigger, repository }) => {
      const userId = newId();
      await store.users.insert({ id: userId, name: userId, createdAt: "" });
      let clock = 0;
      const there: string[] = [];
      const everThere = new Set<string>();
      const remember = (id: string) => {
        there.push(id);
        everThere.add(id);
      };
      const create = async (ticks: number, of: Kind) => {
        clock += ticks;
        const record = recordAt(userId, clock, of);
        await conversations.insert(record, []);
        if (of.trigger === (trigger ?? of.trigger) && of.repository === (repository ?? of.repository))
          remember(record.id);
      };
      for (const [ticks, of] of initial) await create(ticks, of);
      const throughout = new Set(there);

      const shown: string[] = [];
      let pageId: string | null = null;
      for (let page = 0; ; page += 1) {
        const query = {
          limit,
          conversation_trigger: trigger,
          selected_repository: repository,
          include_sub_conversations: false,
          ...(pageId !== null && { page_id: pageId }),
        };
        const answer = await handlers.list(
          { query },
          { principal: { userId, via: "key" }, headers: {}, secure: false },
        );
        const body = answer.body as ConversationPage; // what the contract says; a handler may also give stored text
        assert.ok(body.results.length <= limit);
        const previous = pageId;
        pageId = body.next_page_id;
        shown.push(...body.results.map(({ conversation_id }) => conversation_id));
        if (pageId === null) break;
        assert.ok(
          there.some((id) => id !== "" && !shown.includes(id)),
          "a next page with nothing to show",
        );
        assert.notEqual(body.results.length, 0, `an empty page after ${previous} with a next one`);
        const { created, deleted, ticks } = happenings[page % happenings.length] ?? {
          created: [],
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
        for (const of of created) await create(ticks, of);
      }
      assert.equal(new Set(shown).size, shown.length, "none twice");
      for (const id of shown) assert.ok(everThere.has(id), "none that the filter leaves out");
      for (const id of throughout) assert.ok(shown.includes(id), "none that was there throughout is skipped");
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

type Kind = Pick<ConversationRecord, "trigger" | "repository">;

function recordAt(userId: string, moment: number, { trigger, repository }: Kind): ConversationRecord {
  return {
    id: newId(),
    userId,
    title: "",
    status: "STOPPED",
    repository,
    branch: null,
    gitProvider: null,
    trigger,
    createdAt: new Date(moment).toISOString(),
    updatedAt: null,
    lastEventId: -1,
    agentState: null,
    replayedUntil: -1,
  };
}
