import fc from "fast-check";
import type { Json } from "../json.ts";

/** Whether a value fits; a validator's word. */
export type Fits = (value: Json) => boolean;

/** How many values are looked at before it is given up that one of them will do. */
const enoughTries = 200;

/** The values of `made` that fit, or those that do not; undefined when hardly any does, since a filter would not end. */
export function only(made: fc.Arbitrary<Json>, wanted: Fits): fc.Arbitrary<Json> | undefined {
  const some = fc.sample(made, { seed: 1, numRuns: enoughTries }).filter(wanted);
  return some.length * 20 < enoughTries ? undefined : made.filter(wanted);
}
