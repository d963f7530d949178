import assert from "node:assert/strict";
import { test } from "node:test";
import { modelNames, readModelCatalogue } from "../../scripts/model-catalogue.ts";

const cases: Readonly<Record<string, readonly [declarations: string, want: readonly string[]]>> = {
  "a union on one line": ["type GatewayModelId = 'b/two' | 'a/one-1.5' | (string & {});", ["a/one-1.5", "b/two"]],
  "a union on several lines, exported, in double quotes": [
    `type Other = 'c/three';\nexport type GatewayModelId =\n  | "b/two"\n  | "a/one:free"\n  | (string & {});\n`,
    ["a/one:free", "b/two"],
  ],
  "a name that stands twice": ["declare type GatewayModelId = 'a/one' | 'a/one';", ["a/one"]],
  "types with names around it": [
    "type GatewayModelIds = 'x/x';\ntype GatewayModelId = 'a/one';\ntype MyGatewayModelId = 'y/y';",
    ["a/one"],
  ],
};

for (const [what, [declarations, want]] of Object.entries(cases)) {
  test(`the names are read from ${what}`, () => assert.deepEqual(modelNames(declarations), want));
}

const mistakes: Readonly<Record<string, readonly [declarations: string, want: RegExp]>> = {
  "there is no such type": ["type GatewayImageModelId = 'a/one';", /declares no type GatewayModelId\. Fix: /],
  "a member is another type": [
    "type GatewayModelId = 'a/one' | Others;",
    /the member Others, which is no vendor\/model/,
  ],
  "a member is not one name": ["type GatewayModelId = 'a/one\", evil(), \"';", /is no vendor\/model/],
  "a member has no vendor": ["type GatewayModelId = 'one';", /the member 'one', which is no vendor\/model/],
};

for (const [what, [declarations, want]] of Object.entries(mistakes)) {
  test(`it is an error when ${what}`, () => assert.throws(() => modelNames(declarations), want));
}

test("the installed catalogue has names of several vendors", async () => {
  const vendors = new Set((await readModelCatalogue()).map((name) => name.split("/", 1)[0]));
  assert.ok(vendors.size > 1);
});
