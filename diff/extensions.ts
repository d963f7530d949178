import { keywordAt } from "./context.ts";
import type { Context, Sides } from "./context.ts";
import { textAt } from "./place.ts";
import type { RuleId } from "./rules.ts";
import { shown } from "./text.ts";

/** What a credential must be good for, from little to much. */
const scopes = ["read", "write"];

/** The extensions of this project that say something about every operation: `x-scope`, `x-gate`, `x-rate-limit`. */
export function compareExtensions(context: Context, sides: Sides, use: string): void {
  compareOne(context, sides, "x-scope", scopeRule, use);
  compareOne(context, sides, "x-gate", (_, after) => (after === undefined ? "gate-removed" : "gate-added"), use);
  compareOne(context, sides, "x-rate-limit", () => "rate-limit-changed", use);
}

function compareOne(
  { recorder }: Context,
  sides: Sides,
  keyword: string,
  ruleOf: (before: string | undefined, after: string | undefined) => RuleId,
  use: string,
): void {
  const [before, after] = [textAt(sides.old, keyword), textAt(sides.new, keyword)];
  if (before === after) return;
  recorder.add(
    {
      rule: ruleOf(before, after),
      old: keywordAt(sides.old, keyword),
      new: keywordAt(sides.new, keyword),
      before: before ?? null,
      after: after ?? null,
      what: `\`${keyword}\` is ${shown(after)} instead of ${shown(before)}.`,
    },
    use,
  );
}

/** No scope at all is less than any; of scopes that have no order, another one is more. */
function scopeRule(before: string | undefined, after: string | undefined): RuleId {
  if (after === undefined) return "scope-lowered";
  if (before === undefined || !scopes.includes(before) || !scopes.includes(after)) return "scope-raised";
  return scopes.indexOf(after) > scopes.indexOf(before) ? "scope-raised" : "scope-lowered";
}
