import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { EventType } from "../../../contract/index.ts";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { startServer } from "../../support/start-server.ts";

type Event = Answer["body"];

const server = await startServer({ after });
const call = caller(server);
const id = await createConversation(call, { initial_user_msg: "Begin." });

/** Texts with what SQL, JSON and letters beyond ASCII make difficult. */
const texts = [
  "100% sure_ly",
  "100 percent surely",
  "a\\b",
  'say "hi"',
  "line\nbreak",
  "Äpfel und Öl",
  "äpfel und öl",
  "ЖУК жук",
  "ΟΔΥΣΣΕΥΣ",
  "Straße",
  "🎉 漢字",
  "%%__\\\\",
  "'; drop table events; --",
];
for (const [index, text] of texts.entries()) {
  await perform(call, id, { action: "think", args: { thought: text } });
  if (index % 3 === 0)
    await perform(call, id, { action: "run", args: { command: `true # ${index}`, hidden: index % 2 === 0 } });
}
for (const text of texts.slice(0, 3))
  await call("POST", `/api/conversations/${id}/message`, { body: { message: text } });
await until(async () => {
  const events = await allEvents(call, id);
  const states = events
    .filter(({ extras }) => extras?.agent_state !== undefined)
    .map(({ extras }) => extras.agent_state);
  const said = events.filter(({ action, source }) => action === "message" && source === "agent").length;
  return said === 4 && states.at(-1) === "awaiting_user_input";
});
const log = await allEvents(call, id);
const times = log.map(({ timestamp }) => Date.parse(timestamp));

/** Times around those of the log, in each form that a time can have. */
const time = fc
  .tuple(fc.constantFrom(...times), fc.constantFrom(-1000, -1, 0, 1, 1000), fc.constantFrom("ms", "s", "µs"))
  .map(([moment, offset, form]) => {
    const text = new Date(moment + offset).toISOString();
    return { ms: text, s: text.replace(/\.\d+Z/, "Z"), µs: text.replace("Z", "000Z") }[form] ?? text;
  });
const contained = fc
  .tuple(fc.constantFrom(...texts, "source", "user", "THINK"), fc.nat({ max: 12 }), fc.nat({ max: 6 }))
  .map(([text, start, length]) =>
    Array.from(text)
      .slice(start, start + length)
      .join(""),
  );

const filter = {
  start_id: fc.nat({ max: log.length + 2 }),
  end_id: fc.nat({ max: log.length + 2 }),
  reverse: fc.boolean(),
  limit: fc.integer({ min: 0, max: 100 }),
  types: fc.uniqueArray(fc.constantFrom(...EventType.options), { maxLength: 3 }),
  source: fc.constantFrom("user", "agent", "environment"),
  query: contained,
  exclude_hidden: fc.boolean(),
  start_date: time,
  end_date: time,
};
type Filters = {
  -readonly [Name in keyof typeof filter]?: (typeof filter)[Name] extends fc.Arbitrary<infer Value> ? Value : never;
};

/** A few at a time: of many at once nothing is left that a wrong one could lose. */
const filters = fc.subarray(Object.keys(filter) as (keyof typeof filter)[], { maxLength: 4 }).chain((names) => {
  const chosen = Object.fromEntries(names.map((name) => [name, filter[name] as fc.Arbitrary<unknown>]));
  return fc.record(chosen) as fc.Arbitrary<Filters>; // fromEntries forgets the names
});

test("a search gives what filtering the whole log gives, for every combination of filters", async () => {
  const property = fc.asyncProperty(filters, async (chosen) => {
    const parameters = Object.entries(chosen).map(([name, value]) => [name, String(value)]);
    const answer = await call("GET", `/api/conversations/${id}/events?${new URLSearchParams(parameters)}`);
    assert.equal(answer.status, 200);
    const { limit = 20, reverse = false } = chosen;
    const matching = log.filter((event) => matches(event, chosen));
    if (reverse) matching.reverse();
    assert.deepEqual(answer.body, { events: matching.slice(0, limit), has_more: matching.length > limit });
  });
  await fc.assert(property, { numRuns: 250 });
});

function matches(event: Event, chosen: Filters): boolean {
  const { start_id = 0, end_id = Infinity, types, source, query = "", exclude_hidden, start_date, end_date } = chosen;
  const at = Date.parse(event.timestamp);
  return (
    event.id >= start_id &&
    event.id <= end_id &&
    (types === undefined || types.includes(event.action ?? event.observation)) &&
    (source === undefined || event.source === source) &&
    JSON.stringify(event).toUpperCase().includes(query.toUpperCase()) &&
    !(exclude_hidden === true && (event.args?.hidden ?? event.extras?.hidden) === true) &&
    (start_date === undefined || at >= Date.parse(start_date)) &&
    (end_date === undefined || at <= Date.parse(end_date))
  );
}

const queries = [
  { query: "100%", want: ["100% sure_ly"] },
  { query: "e_l", want: ["100% sure_ly"] },
  { query: "%%__", want: ["%%__\\\\"] },
  { query: "äpfel", want: ["Äpfel und Öl", "äpfel und öl"] },
  { query: "ÄPFEL UND ÖL", want: ["Äpfel und Öl", "äpfel und öl"] },
  { query: "жук жук", want: ["ЖУК жук"] },
  { query: "ΟΔΥΣ", want: ["ΟΔΥΣΣΕΥΣ"] },
  { query: "οδυσσευς", want: ["ΟΔΥΣΣΕΥΣ"] },
  { query: "STRASSE", want: ["Straße"] },
  { query: "漢", want: ["🎉 漢字"] },
  { query: "'; DROP", want: ["'; drop table events; --"] },
  { query: "\\n", want: ["line\nbreak"] },
  { query: "\n", want: [] },
  { query: "\0", want: [] },
  { query: "nowhere to be found", want: [] },
];

for (const { query, want } of queries) {
  test(`the query ${JSON.stringify(query)} finds ${JSON.stringify(want)}`, async () => {
    const parameters = new URLSearchParams({ query, types: "think", source: "user", limit: "100" });
    const { body } = await call("GET", `/api/conversations/${id}/events?${parameters}`);
    assert.deepEqual(
      body.events.filter(({ action }: Event) => action === "think").map(({ args }: Event) => args.thought),
      want,
    );
  });
}

test("types that only blanks separate are read, and a list of none asks for none", async () => {
  const found = async (types: string) =>
    (await call("GET", `/api/conversations/${id}/events?limit=100&types=${encodeURIComponent(types)}`)).body.events;
  assert.deepEqual(
    await found(" think , ,run "),
    log.filter(({ action, observation }) => ["think", "run"].includes(action ?? observation)),
  );
  assert.deepEqual(await found(""), []);
  assert.deepEqual(await found(" , "), []);
});

test("pages put together are the log, forwards and backwards", async () => {
  for (const limit of [1, 7, 100]) {
    const forwards: Event[] = [];
    for (let more = true; more;) {
      const { body } = await call(
        "GET",
        `/api/conversations/${id}/events?limit=${limit}&start_id=${(forwards.at(-1)?.id ?? -1) + 1}`,
      );
      forwards.push(...body.events);
      more = body.has_more;
    }
    assert.deepEqual(forwards, log);
    const backwards: Event[] = [];
    for (let more = true; more;) {
      const end = (backwards.at(-1)?.id ?? log.length) - 1;
      const { body } = await call("GET", `/api/conversations/${id}/events?limit=${limit}&reverse=true&end_id=${end}`);
      backwards.push(...body.events);
      more = body.has_more;
    }
    assert.deepEqual(backwards, log.toReversed());
  }
});
