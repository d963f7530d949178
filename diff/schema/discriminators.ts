import type { Pair } from "./comparison.ts";
import type { Alternative, Discriminator } from "./model.ts";

/** What tells the alternatives apart, and where each value leads. */
export function compareDiscriminators(
  pair: Pair,
  matches: readonly (readonly [old: Alternative, next: Alternative])[],
): void {
  const [before, after] = [pair.old.union?.discriminator, pair.new.union?.discriminator];
  // Where one side is no union, there was nothing to tell apart.
  if (!pair.old.union || !pair.new.union || (!before && !after)) return;
  const sides = { old: before?.place ?? pair.old.place, new: after?.place ?? pair.new.place };
  if (!before) {
    const what = `The discriminator \`${after?.property}\` is new.`;
    return pair.report({ rule: "discriminator-added", ...sides, what });
  }
  if (!after) {
    const what = `The discriminator \`${before.property}\` is gone.`;
    return pair.report({ rule: "discriminator-changed", ...sides, before: before.property, what });
  }
  if (before.property !== after.property) {
    const what = `The discriminator is \`${after.property}\` instead of \`${before.property}\`.`;
    const values = { before: before.property, after: after.property };
    return pair.report({ rule: "discriminator-replaced", ...sides, ...values, what });
  }
  for (const value of rerouted(before, after, matches)) {
    const what = `\`${before.property}: ${value}\` leads to another alternative.`;
    pair.report({ rule: "discriminator-changed", ...sides, before: value, after: value, what });
  }
}

/** The values in both mappings that do not lead to one and the same alternative. */
function rerouted(
  before: Discriminator,
  after: Discriminator,
  matches: readonly (readonly [old: Alternative, next: Alternative])[],
): string[] {
  return [...before.mapping.keys()].filter((value) => {
    const [from, to] = [before.mapping.get(value), after.mapping.get(value)];
    if (to === undefined || from === to) return false;
    return !matches.some(([old, next]) => old.name === from && next.name === to);
  });
}
