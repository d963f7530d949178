import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { pascalCase } from "../../contract/names.ts";
import {
  ConversationId,
  Timestamp,
  booleanParameter,
  integerParameter,
  listParameter,
} from "../../contract/primitives.ts";

const refused = Symbol("refused");

const cases: readonly { what: string; schema: z.ZodType; given: unknown; want: unknown }[] = [
  ...["0", "7", "-1", "9007199254740991"].map((given) => ({
    what: "integer",
    schema: integerParameter(),
    given,
    want: Number(given),
  })),
  ...["", " 7", "7.0", "1e3", "0x10", "+7", "seven", "9007199254740992"].map((given) => ({
    what: "integer",
    schema: integerParameter(),
    given,
    want: refused,
  })),
  { what: "integer from 1 to 5", schema: integerParameter({ min: 1, max: 5 }), given: "5", want: 5 },
  { what: "integer from 1 to 5", schema: integerParameter({ min: 1, max: 5 }), given: "6", want: refused },
  { what: "integer from 1 to 5", schema: integerParameter({ min: 1, max: 5 }), given: "0", want: refused },
  { what: "boolean", schema: booleanParameter(), given: "true", want: true },
  { what: "boolean", schema: booleanParameter(), given: "1", want: true },
  { what: "boolean", schema: booleanParameter(), given: "false", want: false },
  { what: "boolean", schema: booleanParameter(), given: "0", want: false },
  ...["", "TRUE", "yes", "2"].map((given) => ({ what: "boolean", schema: booleanParameter(), given, want: refused })),
  { what: "list", schema: listParameter(z.enum(["a", "b"])), given: "a, b,,a", want: ["a", "b", "a"] },
  { what: "list", schema: listParameter(z.enum(["a", "b"])), given: "", want: [] },
  { what: "list", schema: listParameter(z.enum(["a", "b"])), given: "a,c", want: refused },
  { what: "timestamp", schema: Timestamp, given: "2026-11-22T10:15:30Z", want: "2026-11-22T10:15:30Z" },
  { what: "timestamp", schema: Timestamp, given: "2026-11-22T10:15:30+01:00", want: refused },
  { what: "timestamp", schema: Timestamp, given: "2026-11-22T10:15:30", want: refused },
  {
    what: "conversation id",
    schema: ConversationId,
    given: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84",
    want: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84",
  },
  { what: "conversation id", schema: ConversationId, given: "5F0C2B7E9D1A4C3E8B6F7A2D1C0E9F84", want: refused },
  { what: "conversation id", schema: ConversationId, given: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84\n", want: refused },
];

for (const { what, schema, given, want } of cases) {
  test(`${what}: ${JSON.stringify(given)} is ${want === refused ? "refused" : `read as ${JSON.stringify(want)}`}`, () => {
    const result = schema.safeParse(given);
    assert.deepEqual(result.success ? result.data : refused, want);
  });
}

for (const [given, want] of Object.entries({ run: "Run", agent_state_changed: "AgentStateChanged", null: "Null" })) {
  test(`pascalCase: ${given} -> ${want}`, () => assert.equal(pascalCase(given), want));
}
