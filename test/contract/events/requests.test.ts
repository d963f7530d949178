// What a client may send: given what it sends, want what the server understands, or what it is told.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ActionRequest, actionTypes, observationTypes } from "../../../contract/index.ts";

/** What is wrong with a request: `path: message`. */
function complaints(value: unknown): string[] {
  const { error } = ActionRequest.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const accepted = ActionRequest.options.map((option) => option.shape.action.value as string);

test("every action that a user can take is accepted, and no other", () => {
  const others = ["condensation", "null", "recall", "system"];
  assert.deepEqual(accepted.toSorted(), actionTypes.filter((type) => !others.includes(type)).toSorted());
});

describe("refused", () => {
  for (const action of actionTypes.filter((type) => !accepted.includes(type)))
    test(`${action}, which only the server makes`, () => {
      const [complaint, ...more] = complaints({ action, args: {} });
      assert.match(
        complaint ?? "",
        new RegExp(`^action: must be one of message, .*: ${action} is made by the server alone$`),
      );
      assert.deepEqual(more, []);
    });

  for (const observation of observationTypes)
    test(`an observation: ${observation}`, () => {
      const [complaint] = complaints({ observation, content: "", extras: {} });
      assert.match(
        complaint ?? "",
        /^action: must be one of .*: observations are made by the server, which takes actions only$/,
      );
    });

  const run = { action: "run", args: { command: "true" } };
  const cases: Record<string, { given: unknown; want: RegExp }> = {
    "an action that is none": { given: { action: "dance", args: {} }, want: /^action: must be one of message, / },
    "upstream's `start`": { given: { action: "start", args: {} }, want: /^action: must be one of message, / },
    "no action at all": { given: {}, want: /^action: must be one of message, / },
    "no args": { given: { action: "run" }, want: /^args: / },
    "no args of a message": { given: { action: "message" }, want: /^args: / },
    "an id of the client's": { given: { ...run, id: 7 }, want: /^id: is given by the server: leave it out$/ },
    "a risk that is none": {
      given: { action: "run", args: { command: "", security_risk: 3 } },
      want: /^args\.security_risk: /,
    },
    "a way out of a loop that is none": {
      given: { action: "loop_recovery", args: { option: 4 } },
      want: /^args\.option: must be 1, 2 or 3$/,
    },
    "a state that is none": {
      given: { action: "change_agent_state", args: { agent_state: "sleepy" } },
      want: /^args\.agent_state: /,
    },
    "an older name with a wrong value": {
      given: { action: "message", args: { content: "", images_urls: 5 } },
      want: /^args\.image_urls: /,
    },
  };
  for (const [name, { given, want }] of Object.entries(cases))
    test(name, () => assert.match(complaints(given)[0] ?? "nothing", want));
});

describe("understood", () => {
  const command = { action: "run", args: { command: "true" } };
  const args = (value: unknown) => ActionRequest.parse(value).args as Record<string, unknown>;

  test("an id of -1, which means none", () => {
    assert.equal(ActionRequest.parse({ ...command, id: -1 }).id, undefined);
  });
  test("what else events have, which is ignored", () => {
    const parsed = ActionRequest.parse({
      ...command,
      source: "agent",
      timestamp: "yesterday",
      message: "",
      timeout: 1,
    });
    assert.deepEqual(Object.keys(parsed).toSorted(), ["action", "args"]);
  });
  test("`images_urls` as `image_urls`", () => {
    const images = ["data:image/png;base64,AA=="];
    assert.deepEqual(args({ action: "message", args: { content: "", images_urls: images } })["image_urls"], images);
  });
  test("`image_urls` before `images_urls`", () => {
    const both = { content: "", image_urls: ["now"], images_urls: ["before"] };
    assert.deepEqual(args({ action: "message", args: both })["image_urls"], ["now"]);
  });
  test("`is_confirmed` as `confirmation_state`", () => {
    assert.match(
      complaints({ action: "run", args: { command: "", is_confirmed: "perhaps" } })[0] ?? "",
      /^args\.confirmation_state: /,
    );
    assert.deepEqual(complaints({ action: "run", args: { command: "", is_confirmed: "rejected" } }), []);
  });
  test("fields that are no more, which are dropped", () => {
    const old = { keep_prompt: true, task_completed: "true", translated_ipython_code: "print(1)" };
    for (const name of Object.keys(old)) assert.ok(!(name in args({ action: "finish", args: old })));
  });
  for (const confirmation_state of ["awaiting_confirmation", "rejected"])
    test(`an own action as confirmed, although it says ${confirmation_state}`, () => {
      assert.equal(
        args({ action: "run", args: { command: "", confirmation_state } })["confirmation_state"],
        "confirmed",
      );
    });
});
