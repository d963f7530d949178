// The table between V0 and V1, walked in both directions with any event there may be: what it shows fits the contract, and
// nothing more is lost on the way there and back than on the way there.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type * as z from "zod";
import { ActionEvent, ObservationEvent, V1Event, V1EventKind, V1ToolAction } from "../../../../contract/index.ts";
import { exampleOf } from "../../../../contract/examples.ts";
import type { AgentState, Event } from "../../../../contract/index.ts";
import { createEventIds, eventPlace, isPlacedIn } from "../../../../server/conversations/v1/event-ids.ts";
import { readTool, shownTool, toolRows } from "../../../../server/conversations/v1/tool-actions.ts";
import type { ToolLike } from "../../../../server/conversations/v1/tool-actions.ts";
import { draftsOf } from "../../../../server/conversations/v1/reports.ts";
import { neverShown, read, shown, shownAs, typesShownAs } from "../../../../server/conversations/v1/translations.ts";
import { arbitraryOf } from "../../../support/arbitrary.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";
const idOf = createEventIds(conversationId);

const actionSchemas = new Map(ActionEvent.options.map((option) => [option.shape.action.value as string, option]));
const observationSchemas = new Map(
  ObservationEvent.options.map((option) => [option.shape.observation.value as string, option]),
);

function anyV0(type: string): fc.Arbitrary<Event> {
  const [kind, name = ""] = type.split(" ");
  const schema = (kind === "action" ? actionSchemas : observationSchemas).get(name);
  assert.ok(schema, type);
  return asJson(arbitraryOf(schema) as fc.Arbitrary<Event>);
}

/** As it comes out of a log or off the wire. */
function asJson<Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return values.map((value) => JSON.parse(JSON.stringify(value)) as Value);
}

/** Logs of up to four events, ids from 0, with causes that are actions before them. */
function anyLog(first: fc.Arbitrary<Event>): fc.Arbitrary<Event[]> {
  const others = fc.array(fc.oneof(...Object.keys(shown).map(anyV0)), { maxLength: 3 });
  return fc.tuple(others, first, fc.boolean()).map(([before, event, caused]) =>
    [...before, event].map((one, id, all) => {
      const { cause: _, ...rest } = one;
      const question = all.findLastIndex((one, index) => index < id && "action" in one && "thought" in one.args);
      const named = "observation" in rest && caused && question >= 0;
      return { ...rest, id, timestamp: "2026-11-22T10:15:30.123Z", ...(named && { cause: question }) } as Event;
    }),
  );
}

/** What V1 shows of a log. */
function showAll(log: readonly Event[]): Any[] {
  let stateBefore: AgentState | null = null;
  return log.flatMap((event) => {
    const row = shownAs(event);
    const cause = (log.find(({ id }) => id === event.cause) as ActionEvent | undefined) ?? null;
    const bodies = "kinds" in row ? row.show(event, { idOf, cause, stateBefore, forgotten: [] }) : [];
    if ("observation" in event && event.observation === "agent_state_changed") stateBefore = event.extras.agent_state;
    return bodies.map((body, part) => ({ id: idOf(event.id, part), timestamp: event.timestamp, ...body }) as never);
  });
}

/** What becomes of V1 events in a log. */
function readAll(events: readonly Any[]): Event[] {
  const log: Event[] = [];
  for (const event of events) {
    const actionOfCall = (call: string) =>
      log.findLast((one) => "action" in one && one.tool_call_metadata?.tool_call_id === call)?.id;
    for (const { body } of draftsOf(event, { actionOfCall, eventOfId: () => undefined }))
      log.push(JSON.parse(`{"id":${log.length},"timestamp":"2026-11-22T10:15:30.123Z",${body}}`));
  }
  return log;
}

/** What depends on the place in the log alone is left out: the places are others after the way there and back. */
function withoutPlaces(events: readonly object[]): unknown {
  const places = new Set(["id", "timestamp", "action_id"]);
  return events.map((event) => {
    const { llm_response_id, ...rest } = event as { kind?: string; llm_response_id?: unknown };
    const kept = rest.kind === "ActionEvent" ? { ...rest, llm_response_id } : rest;
    return Object.fromEntries(Object.entries(kept).filter(([name]) => !places.has(name)));
  });
}

function isStats(event: Any): boolean {
  return "key" in event && event.key === "stats";
}

const runs = { numRuns: 60 };

describe("from V0 to V1 and back", () => {
  for (const [type, row] of Object.entries(shown)) {
    test(`${type}: what is shown fits the contract, to the letter`, () => {
      fc.assert(
        fc.property(anyLog(anyV0(type)), (log) => {
          const own = log.at(-1);
          const events = showAll(log);
          for (const event of events) assert.deepEqual(V1Event.parse(event), event);
          assert.equal(new Set(events.map(({ id }) => id)).size, events.length, "ids are unique");
          const places = events.map(({ id }) => eventPlace(id));
          assert.deepEqual(
            places.toSorted((a, b) => (a?.eventId ?? 0) - (b?.eventId ?? 0) || (a?.part ?? 0) - (b?.part ?? 0)),
            places,
            "in the order of the log",
          );
          const shownOfOwn = events.filter(({ id }) => eventPlace(id)?.eventId === own?.id);
          const kinds: readonly string[] = "kinds" in row ? row.kinds : [];
          for (const { kind } of shownOfOwn)
            assert.ok(kinds.includes(kind), `${kind} is not among ${kinds.join(", ")}`);
        }),
        runs,
      );
    });

    test(`${type}: shown, read, and shown again it is the same`, () => {
      fc.assert(
        fc.property(anyLog(anyV0(type)), (log) => {
          const once = showAll(log).filter((event) => !isStats(event)); // what was used comes with the actions alone
          assert.deepEqual(
            withoutPlaces(showAll(readAll(once)).filter((event) => !isStats(event))),
            withoutPlaces(once),
          );
        }),
        runs,
      );
    });
  }

  for (const [name, { loses, becomes }] of Object.entries(toolRows) as [
    string,
    { loses: readonly string[]; becomes?: string },
  ][])
    test(`action ${name}: nothing is lost but ${loses.join(", ") || "nothing"}`, () => {
      const schema = actionSchemas.get(name);
      assert.ok(schema);
      fc.assert(
        fc.property(asJson(arbitraryOf(schema) as fc.Arbitrary<ToolLike>), (action) => {
          const back = readTool(shownTool(action));
          if (back.action !== action.action) return assert.ok([becomes, ...others(name)].includes(back.action));
          const kept = (args: object) =>
            Object.fromEntries(Object.entries(args).filter(([key]) => !loses.includes(key)));
          assert.deepEqual(kept(back.args), kept(action.args));
        }),
        { numRuns: 200 },
      );
    });
});

/** A tool of an MCP server that is called like one of V1's is that one. */
function others(name: string): string[] {
  return name === "call_tool_mcp" ? Object.keys(toolRows) : [];
}

describe("from V1 to V0 and back", () => {
  for (const kind of V1EventKind.options) {
    const own = V1Event.options.filter((option) => kindsOf(option).includes(kind));
    const anyOwn = asJson(fc.oneof(...own.map((option) => arbitraryOf(option))) as fc.Arbitrary<Any>);
    const any = fc.oneof(anyOwn, asJson(arbitraryOf(V1Event) as typeof anyOwn));
    const anySequence = fc.array(any, { minLength: 1, maxLength: 4 }).map(asReported);

    test(`${kind}: what is read is an event of V0, to the letter`, () => {
      fc.assert(
        fc.property(anySequence, (events) => {
          for (const event of readAll(events)) {
            const schema = "action" in event ? ActionEvent : ObservationEvent;
            assert.deepEqual(schema.parse(event), event);
          }
        }),
        runs,
      );
    });

    test(`${kind}: read, shown, and read again it is the same`, () => {
      fc.assert(
        fc.property(anySequence, (events) => {
          const once = readAll(events);
          assert.deepEqual(withoutPlaces(readAll(showAll(once))), withoutPlaces(once));
        }),
        runs,
      );
    });
  }

  test("every tool comes back as it was, whatever V0 knows of it", () => {
    fc.assert(
      fc.property(
        asJson(arbitraryOf(V1ToolAction) as fc.Arbitrary<V1ToolAction>),
        fc.constantFrom("terminal", "glob", "search"),
        (action, tool) => {
          const back = shownTool(readTool({ tool, action }));
          assert.deepEqual(shownTool(readTool(back)), back);
          assert.equal(back.action.kind, action.kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Events as agents report them: what came of a call after the call, and an error after the status that says so. */
function asReported(events: readonly Any[]): Any[] {
  return events.flatMap((event, index): Any[] => {
    if (event.kind === "ConversationErrorEvent") return [{ ...failed, timestamp: event.timestamp }, event];
    if (event.kind === "AgentErrorEvent") return [{ ...event, tool_call_id: `of no action ${index}` }];
    if (event.kind !== "ObservationEvent" && event.kind !== "UserRejectObservation") return [event];
    const call = { tool_name: "any", tool_call_id: `call ${index}` };
    return [
      { ...question, ...call, action: questionOf(event) },
      { ...event, ...call },
    ];
  });
}

type Any = z.output<typeof V1Event>;

const failed = V1Event.parse({
  ...exampleOf(V1Event),
  source: "environment",
  kind: "ConversationStateUpdateEvent",
  key: "execution_status",
  value: "error",
});

const question = V1Event.parse({
  ...exampleOf(V1Event),
  source: "agent",
  kind: "ActionEvent",
  thought: [],
  action: { kind: "ThinkAction", thought: "" },
  tool_name: "think",
  tool_call_id: "call",
  tool_call: { id: "call", name: "think", arguments: "{}" },
  llm_response_id: "response",
}) as Extract<Any, { kind: "ActionEvent" }>;

/** What was done to a file is known of the action that did it. */
function questionOf(event: Any): V1ToolAction {
  const observation = event.kind === "ObservationEvent" ? event.observation : undefined;
  const command = observation?.kind === "FileEditorObservation" ? observation.command : "create";
  return V1ToolAction.parse({ kind: "FileEditorAction", command, path: "notes.txt" });
}

function kindsOf(option: (typeof V1Event.options)[number]): readonly string[] {
  return "shape" in option ? [option.shape.kind.value] : ["ConversationStateUpdateEvent"];
}

test("every kind can come of something in the log, or it is said why it cannot", () => {
  const unknown = V1EventKind.options.filter((kind) => typesShownAs(kind).length === 0);
  assert.deepEqual(unknown.toSorted(), Object.keys(neverShown).toSorted());
  const silent = [...Object.values(shown), ...Object.values(read)].filter(
    (row) => "none" in row && row.none.length < 10,
  );
  assert.deepEqual(silent, []);
});

test("an id says where its event is", () => {
  const anyConversation = fc.string({
    unit: fc.constantFrom("0", "3", "7", "a", "c", "f"),
    minLength: 32,
    maxLength: 32,
  });
  fc.assert(
    fc.property(anyConversation, anyConversation, fc.nat(), fc.nat(63), (id, other, eventId, part) => {
      const text = createEventIds(id)(eventId, part);
      assert.match(text, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      for (const form of [text, text.replaceAll("-", ""), text.toUpperCase()]) {
        const place = eventPlace(form);
        assert.ok(place);
        assert.deepEqual([place.eventId, place.part, isPlacedIn(id, place)], [eventId, part, true]);
        if (other !== id) assert.equal(isPlacedIn(other, place), false);
      }
    }),
  );
  for (const none of ["", "x", "5f0c2b7e-9d1a-4c3e-8b6f-7a2d1c0e9f84"]) assert.equal(eventPlace(none), null);
});
