import { isDeepStrictEqual } from "node:util";
import type { Context, Sides } from "./context.ts";
import { at, membersOf } from "./place.ts";

/** Components by what they are, since one is only met where it is used: their names, and those that nothing uses. */
export function compareComponents(context: Context, sides: Sides): void {
  const [before, after] = [membersOf(at(sides.old, "components")), membersOf(at(sides.new, "components"))];
  for (const kind of new Set([...before.keys(), ...after.keys()])) {
    const [olds, news] = [membersOf(before.get(kind)), membersOf(after.get(kind))];
    for (const [name, old] of olds) {
      const next = news.get(name);
      if (!next) report(context, { old, new: sides.new }, `The component ${kind}/${name} is gone.`);
      else if (!isDeepStrictEqual(old.value, next.value) && !context.recorder.hasBelow(old, next))
        report(
          context,
          { old, new: next },
          `The component ${kind}/${name} is changed, and nothing that is used differs.`,
        );
    }
    for (const [name, next] of news)
      if (!olds.has(name)) report(context, { old: sides.old, new: next }, `The component ${kind}/${name} is new.`);
  }
}

function report({ recorder }: Context, sides: Sides, what: string): void {
  recorder.add({ rule: "component-changed", ...sides, what });
}
