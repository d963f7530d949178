import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { createComponentCollector } from "../../../scripts/model/components.ts";
import type { Dialect, Direction } from "../../../scripts/model/components.ts";
import { refTo } from "../../../scripts/model/json-schema.ts";
import type { JsonSchema } from "../../../scripts/model/json-schema.ts";

interface Case {
  readonly what: string;
  readonly dialect?: Dialect;
  readonly roots: readonly (readonly [z.ZodType, Direction])[];
  /** The final form of each root. */
  readonly resolved: readonly JsonSchema[];
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

const ref = (name: string): JsonSchema => ({ $ref: refTo(name) });
const text = { type: "string" };

const Same = z.object({ a: z.string() }).meta({ id: "CompSame" });
const Name = z.string().meta({ id: "CompName" });
const Defaulted = z.object({ a: z.string().default("x") }).meta({ id: "CompDefaulted", examples: [{}] });
const Holder = z.object({ inner: Defaulted }).meta({ id: "CompHolder" });
const OuterHolder = z.looseObject({ holder: Holder }).meta({ id: "CompOuterHolder" });
const Loose = z.looseObject({ a: z.string() }).meta({ id: "CompLoose" });
const Cat = z.looseObject({ kind: z.literal("cat") }).meta({ id: "CompCat" });
const Dog = z.looseObject({ kind: z.enum(["dog", "puppy"]) }).meta({ id: "CompDog" });
const Tame = z.discriminatedUnion("kind", [Cat, Dog]).meta({ id: "CompTame" });
const Bear = z.looseObject({ kind: z.literal("bear") }).meta({ id: "CompBear" });
const Animal = z.discriminatedUnion("kind", [Tame, Bear]).meta({ id: "CompAnimal" });
const [One, Two] = [1, 2].map((number) =>
  z.looseObject({ kind: z.literal("pair"), number: z.literal(number) }).meta({ id: `CompPair${number}` }),
);
const Pair = z.discriminatedUnion("number", [One as z.ZodObject, Two as z.ZodObject]).meta({ id: "CompPair" });
const Several = z.discriminatedUnion("kind", [Bear, Pair]).meta({ id: "CompSeveral" });
const Partly = z
  .discriminatedUnion("kind", [Cat, z.looseObject({ kind: z.literal("nameless") })])
  .meta({ id: "CompPartly" });
const Listed = z
  .object({
    words: z
      .union([z.array(z.string()), z.string()])
      .transform((words) => (typeof words === "string" ? words.split(" ") : words))
      .pipe(z.array(z.string()))
      .default([]),
    count: z.string().transform(Number).pipe(z.number()).default(7),
  })
  .meta({ id: "CompListed", examples: [{ words: "a b" }] });
type Tree = { children: Tree[] };
const Tree: z.ZodType<Tree> = z.looseObject({ children: z.lazy(() => z.array(Tree)) }).meta({ id: "CompTree" });

const Egg: z.ZodType = z.looseObject({ becomes: z.lazy(() => Chicken.nullable()) }).meta({ id: "CompEgg" });
const Chicken: z.ZodType = z.looseObject({ lays: Egg, same: Same }).meta({ id: "CompChicken" });

const loose = (properties: Record<string, JsonSchema>): JsonSchema => ({
  ...closed(properties),
  additionalProperties: {},
});
const looseKind = (kind: JsonSchema): JsonSchema => ({
  type: "object",
  properties: { kind },
  required: ["kind"],
  additionalProperties: {},
});
const pairOf = (number: number): JsonSchema => ({
  type: "object",
  properties: { kind: { type: "string", const: "pair" }, number: { type: "number", const: number } },
  required: ["kind", "number"],
  additionalProperties: {},
});
const catAndDog = {
  CompCat: looseKind({ type: "string", const: "cat" }),
  CompDog: looseKind({ type: "string", enum: ["dog", "puppy"] }),
};
const closed = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const cases: readonly Case[] = [
  {
    what: "a schema without a name stays where it is",
    roots: [[z.string().min(1), "output"]],
    resolved: [{ type: "string", minLength: 1 }],
    schemas: {},
  },
  {
    what: "a named schema becomes a component, and its inner ones too, sorted",
    roots: [[z.array(z.looseObject({ name: Name }).meta({ id: "CompA" })), "output"]],
    resolved: [{ type: "array", items: ref("CompA") }],
    schemas: {
      CompA: { type: "object", properties: { name: ref("CompName") }, required: ["name"], additionalProperties: {} },
      CompName: text,
    },
  },
  {
    what: "one component serves both directions while they do not differ",
    roots: [
      [Loose, "input"],
      [Loose, "output"],
    ],
    resolved: [ref("CompLoose"), ref("CompLoose")],
    schemas: { CompLoose: { type: "object", properties: { a: text }, required: ["a"], additionalProperties: {} } },
  },
  {
    what: "a closed answer and an open request are two",
    roots: [
      [Same, "input"],
      [Same, "output"],
    ],
    resolved: [ref("CompSameInput"), ref("CompSame")],
    schemas: {
      CompSame: closed({ a: text }),
      CompSameInput: { type: "object", properties: { a: text }, required: ["a"] },
    },
  },
  {
    what: "a direction that nobody uses has no component, and the other keeps its plain name",
    roots: [[Same, "input"]],
    resolved: [ref("CompSame")],
    schemas: { CompSame: { type: "object", properties: { a: text }, required: ["a"] } },
  },
  {
    what: "what holds a split schema is split too, over any number of steps; examples of answers have their defaults filled in",
    roots: [
      [OuterHolder, "input"],
      [OuterHolder, "output"],
    ],
    resolved: [ref("CompOuterHolderInput"), ref("CompOuterHolder")],
    schemas: {
      CompDefaulted: { ...closed({ a: { default: "x", type: "string" } }), examples: [{ a: "x" }] },
      CompDefaultedInput: { type: "object", properties: { a: { default: "x", type: "string" } }, examples: [{}] },
      CompHolder: closed({ inner: ref("CompDefaulted") }),
      CompHolderInput: { type: "object", properties: { inner: ref("CompDefaultedInput") }, required: ["inner"] },
      CompOuterHolder: {
        type: "object",
        properties: { holder: ref("CompHolder") },
        required: ["holder"],
        additionalProperties: {},
      },
      CompOuterHolderInput: {
        type: "object",
        properties: { holder: ref("CompHolderInput") },
        required: ["holder"],
        additionalProperties: {},
      },
    },
  },
  {
    what: "a short form stands in what is sent alone, with its examples, and defaults that may be sent too",
    roots: [
      [Listed, "input"],
      [Listed, "output"],
    ],
    resolved: [ref("CompListedInput"), ref("CompListed")],
    schemas: {
      CompListed: {
        ...closed({ words: { type: "array", items: text, default: [] }, count: { type: "number", default: 7 } }),
        examples: [{ words: ["a", "b"], count: 7 }],
      },
      CompListedInput: {
        type: "object",
        properties: {
          words: { anyOf: [{ type: "array", items: text }, text], default: [] },
          count: text,
        },
        examples: [{ words: "a b" }],
      },
    },
  },
  {
    what: "schemas that hold each other are split when one of them holds a split one",
    roots: [
      [Egg, "input"],
      [Egg, "output"],
    ],
    resolved: [ref("CompEggInput"), ref("CompEgg")],
    schemas: {
      CompChicken: loose({ lays: ref("CompEgg"), same: ref("CompSame") }),
      CompChickenInput: loose({ lays: ref("CompEggInput"), same: ref("CompSameInput") }),
      CompEgg: loose({ becomes: { anyOf: [ref("CompChicken"), { type: "null" }] } }),
      CompEggInput: loose({ becomes: { anyOf: [ref("CompChickenInput"), { type: "null" }] } }),
      CompSame: closed({ a: text }),
      CompSameInput: { type: "object", properties: { a: text }, required: ["a"] },
    },
  },
  {
    what: "a discriminator maps each value to its component",
    roots: [[Tame, "output"]],
    resolved: [ref("CompTame")],
    schemas: {
      ...catAndDog,
      CompTame: {
        oneOf: [ref("CompCat"), ref("CompDog")],
        discriminator: {
          propertyName: "kind",
          mapping: { cat: refTo("CompCat"), dog: refTo("CompDog"), puppy: refTo("CompDog") },
        },
      },
    },
  },
  {
    what: "a discriminator looks through a union inside it",
    roots: [[z.array(Animal), "output"]],
    resolved: [{ type: "array", items: ref("CompAnimal") }],
    schemas: {
      CompAnimal: {
        oneOf: [ref("CompTame"), ref("CompBear")],
        discriminator: {
          propertyName: "kind",
          mapping: { cat: refTo("CompCat"), dog: refTo("CompDog"), puppy: refTo("CompDog"), bear: refTo("CompBear") },
        },
      },
      CompBear: looseKind({ type: "string", const: "bear" }),
      ...catAndDog,
      CompTame: {
        oneOf: [ref("CompCat"), ref("CompDog")],
        discriminator: {
          propertyName: "kind",
          mapping: { cat: refTo("CompCat"), dog: refTo("CompDog"), puppy: refTo("CompDog") },
        },
      },
    },
  },
  {
    what: "a union with a nameless option has no discriminator, which takes references only",
    roots: [[Partly, "output"]],
    resolved: [ref("CompPartly")],
    schemas: {
      CompCat: catAndDog.CompCat,
      CompPartly: { oneOf: [ref("CompCat"), looseKind({ type: "string", const: "nameless" })] },
    },
  },
  {
    what: "a union of which several options have the same value has no discriminator, which tells values apart",
    roots: [[Several, "output"]],
    resolved: [ref("CompSeveral")],
    schemas: {
      CompBear: looseKind({ type: "string", const: "bear" }),
      CompPair: {
        oneOf: [ref("CompPair1"), ref("CompPair2")],
        discriminator: { propertyName: "number", mapping: { 1: refTo("CompPair1"), 2: refTo("CompPair2") } },
      },
      ...Object.fromEntries([1, 2].map((number) => [`CompPair${number}`, pairOf(number)])),
      CompSeveral: { oneOf: [ref("CompBear"), ref("CompPair")] },
    },
  },
  {
    what: "draft-07 knows no discriminator",
    dialect: "draft-07",
    roots: [[Tame, "output"]],
    resolved: [ref("CompTame")],
    schemas: { ...catAndDog, CompTame: { oneOf: [ref("CompCat"), ref("CompDog")] } },
  },
  {
    what: "draft-07 overlooks what stands beside a reference, so it wraps the reference",
    dialect: "draft-07",
    roots: [[z.looseObject({ name: Name.describe("Whose.") }), "output"]],
    resolved: [
      {
        type: "object",
        properties: { name: { description: "Whose.", allOf: [ref("CompName")] } },
        required: ["name"],
        additionalProperties: {},
      },
    ],
    schemas: { CompName: text },
  },
  {
    what: "a schema that holds itself",
    roots: [[Tree, "output"]],
    resolved: [ref("CompTree")],
    schemas: {
      CompTree: {
        type: "object",
        properties: { children: { type: "array", items: ref("CompTree") } },
        required: ["children"],
        additionalProperties: {},
      },
    },
  },
  {
    what: "times have a format, and a short pattern for the zone instead of zod's, and integers only the bounds that were asked for",
    roots: [
      [z.iso.datetime(), "output"],
      [z.iso.date(), "output"],
      [z.int(), "output"],
      [z.int().min(0).max(9), "output"],
    ],
    resolved: [
      { type: "string", format: "date-time", pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d+)?Z$` },
      { type: "string", format: "date" },
      { type: "integer" },
      { type: "integer", minimum: 0, maximum: 9 },
    ],
    schemas: {},
  },
];

for (const { what, dialect = "draft-2020-12", roots, resolved, schemas } of cases) {
  test(`components: ${what}`, () => {
    const collector = createComponentCollector(dialect);
    const collected = roots.map(([schema, direction]) => collector.add(schema, direction));
    const components = collector.finish();
    assert.deepEqual(collected.map(components.resolve), resolved);
    assert.deepEqual(components.schemas, schemas);
    assert.deepEqual(Object.keys(components.schemas), Object.keys(schemas).toSorted());
  });
}

test("components: nothing else may have the name of an input side", () => {
  const collector = createComponentCollector("draft-2020-12");
  collector.add(Same, "input");
  collector.add(Same, "output");
  collector.add(z.looseObject({}).meta({ id: "CompSameInput" }), "output");
  assert.throws(() => collector.finish(), {
    mistakes: ["schema CompSameInput: the name is needed for what a client sends as CompSame. Fix: rename it."],
  });
});
