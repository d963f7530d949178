import fc from "fast-check";
import { mismatchesOf } from "../../interactions/interaction.ts";
import type { Part, Trial, Values } from "../../interactions/interaction.ts";
import { isSendable } from "../../interactions/sendable.ts";
import { isObject } from "../../json.ts";
import type { Json } from "../../json.ts";
import { arbitraryOf } from "../../values/arbitrary.ts";
import { only } from "../../values/judged.ts";
import { mutated } from "../../values/mutations.ts";

/** What the parts of a trial are given; undefined where nothing can be made up that will do. */
export type Generator = (trial: Trial) => fc.Arbitrary<Values> | undefined;

/** Values that fit, for all parts at once. */
export const validValues: Generator = (trial) => {
  const parts = [...trial.base.keys()];
  return fc
    .tuple(...parts.map((part) => validPart(part, trial)))
    .map((values) => new Map(parts.map((part, index) => [part, values[index]])));
};

/** Values of which those of one part do not fit. */
export const invalidValues: Generator = (trial) => {
  const broken = [...trial.base.keys()].flatMap((part) => {
    const values = invalidPart(part, trial);
    return values ? [values.map((value) => [part, value] as const)] : [];
  });
  if (broken.length === 0) return undefined;
  return fc
    .tuple(validValues(trial) ?? fc.constant(trial.base), fc.oneof(...broken))
    .map(([values, [part, value]]) => new Map(values).set(part, value));
};

/** A path keeps leading to what the run has made, most of the time: else there would be nothing to answer. */
function validPart(part: Part, trial: Trial): fc.Arbitrary<Json | undefined> {
  const base = trial.base.get(part);
  const made = only(fromSchema(part, trial), (value) => isFitting(part, value));
  if (!made) return fc.constant(base);
  if (part.place === "path")
    return fc.oneof({ weight: 9, arbitrary: fc.constant(base) }, { weight: 1, arbitrary: made });
  return part.required ? made : fc.option(made, { nil: undefined });
}

function invalidPart(part: Part, trial: Trial): fc.Arbitrary<Json> | undefined {
  const made = mutated(fromSchema(part, trial), part.schema.value, part.source);
  return only(made, (value) => !isFitting(part, value) && isSendable(part, value));
}

function isFitting(part: Part, value: Json): boolean {
  return isSendable(part, value) && mismatchesOf(part, value).length === 0;
}

/** Made up, but where a body names a thing that the run has made it goes on naming it. */
function fromSchema(part: Part, trial: Trial): fc.Arbitrary<Json> {
  const base = trial.base.get(part);
  const made = arbitraryOf(part.schema.value, part.source);
  if (!isObject(base)) return made;
  const kept = Object.entries(base).filter(([name]) => part.source.kept.has(name));
  return made.map((value) => {
    const own = kept.filter(([name]) => isObject(value) && name in value);
    return isObject(value) && own.length > 0 ? { ...value, ...Object.fromEntries(own) } : value;
  });
}
