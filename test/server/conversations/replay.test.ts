import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Event } from "../../../contract/index.ts";
import { replayDrafts } from "../../../server/conversations/replay.ts";

/** An event of a trajectory whose ids go up, with holes; what it names as its cause may be in it or not. */
const entry = fc.record({
  step: fc.integer({ min: 1, max: 4 }),
  back: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
  hidden: fc.boolean(),
});

test("whatever is replayed, ids are counted anew, causes point to the same events, and the rest stays as it is", () => {
  const property = fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
    let id = -1;
    const events = entries.map(({ step, back, hidden }, index) => {
      id += step;
      const cause = back === null || id - back < 0 ? {} : { cause: id - back };
      return eventAt(id, `event ${index}`, hidden, cause);
    });
    const replayed = replayDrafts(events).map((draft, index) => ({
      draft,
      event: Event.parse(JSON.parse(`{"id":${index},"timestamp":"2026-11-22T10:15:31.000Z",${draft.body}}`)),
    }));
    assert.equal(replayed.length, events.length);
    for (const [index, { draft, event }] of replayed.entries()) {
      const original = events[index];
      assert.ok(original);
      const { id: _id, timestamp: _timestamp, cause, ...rest } = original;
      const { id: _newId, timestamp: _newTimestamp, cause: newCause, ...same } = event;
      assert.deepEqual(same, rest);
      const pointed = events.findIndex((other) => other.id === cause);
      assert.equal(newCause, pointed === -1 ? undefined : pointed);
      assert.equal(draft.hidden, "args" in original && "hidden" in original.args && original.args.hidden);
    }
  });
  fc.assert(property, { numRuns: 200 });
});

function eventAt(id: number, message: string, hidden: boolean, cause: { cause?: number }): Event {
  const args = { command: message, hidden };
  return Event.parse({
    ...{ id, timestamp: "2026-11-22T10:15:30.123Z", source: "agent", message },
    ...cause,
    action: "run",
    args,
  });
}

test("the state that a replayed event tells is known to the log", () => {
  const changed = Event.parse({
    ...{ id: 3, timestamp: "2026-11-22T10:15:30.123Z", source: "environment", message: "" },
    ...{ observation: "agent_state_changed", content: "", extras: { agent_state: "finished", reason: "" } },
  });
  const [draft] = replayDrafts([changed]);
  assert.deepEqual([draft?.kind, draft?.type, draft?.agentState], ["observation", "agent_state_changed", "finished"]);
});
