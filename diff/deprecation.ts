import { isObject } from "../conformance/json.ts";
import type { Json, JsonObject } from "../conformance/json.ts";
import type { Finding, Verdict } from "./change.ts";
import type { Place } from "./place.ts";

/** What something says of its own end: `deprecated`, and `x-deprecation` or `x-sunset`. */
export interface Notice {
  readonly deprecated: boolean;
  readonly notice: Json | undefined;
}

type Sides = Record<"old" | "new", Place>;

/** The notice of an operation, a parameter, a message. */
export function noticeOf(value: JsonObject): Notice {
  const { "x-deprecation": notice, "x-sunset": sunset } = value;
  const stated = notice ?? (sunset === undefined ? undefined : { sunset });
  return { deprecated: value["deprecated"] === true || notice !== undefined, notice: stated };
}

/** Whether it only says that it is gone. */
export function isGone({ notice }: Notice): boolean {
  return isObject(notice) && notice["state"] === "gone";
}

/** What changes when something begins or stops to be deprecated, or its sunset moves. */
export function sunsetFindings(before: Notice, after: Notice, sides: Sides): Omit<Finding, "direction">[] {
  const [wasDeprecated, isDeprecated] = [hasNotice(before), hasNotice(after)];
  if (!wasDeprecated && !isDeprecated) return [];
  if (!wasDeprecated) {
    const sunset = sunsetOf(after);
    const what = `It is deprecated${sunset === undefined ? "" : `, and works until ${sunset}`}.`;
    return [{ rule: "deprecated", ...sides, after: after.notice ?? true, what }];
  }
  if (!isDeprecated)
    return [{ rule: "undeprecated", ...sides, before: before.notice ?? true, what: "It is not deprecated any more." }];
  return [...movedSunset(before, after, sides), ...reworded(before, after, sides)];
}

/**
 * The verdict on a removal, by the deprecation policy (docs/versioning.md): what was gone already hurts nobody; what was
 * announced and is past its sunset is risky; anything else is as bad as its rule says.
 * @param today as YYYY-MM-DD
 */
export function removalVerdict(notice: Notice, today: string): { verdict?: Verdict } {
  if (isGone(notice))
    return { verdict: { severity: "safe", why: "It only said that it was gone.", action: "Nothing." } };
  const sunset = sunsetOf(notice);
  if (sunset === undefined || sunset > today) return {};
  return {
    verdict: {
      severity: "risky",
      why: `It was announced: it is past its sunset, ${sunset}.`,
      action: "Check that nothing of yours still needs it.",
    },
  };
}

function hasNotice({ deprecated, notice }: Notice): boolean {
  return deprecated || notice !== undefined;
}

/** The sunset as YYYY-MM-DD. */
function sunsetOf({ notice }: Notice): string | undefined {
  const sunset = isObject(notice) ? notice["sunset"] : undefined;
  return typeof sunset === "string" ? sunset.slice(0, "YYYY-MM-DD".length) : undefined;
}

function movedSunset(before: Notice, after: Notice, sides: Sides): Omit<Finding, "direction">[] {
  const [from, to] = [sunsetOf(before), sunsetOf(after)];
  if (from === to) return [];
  const isEarlier = to !== undefined && (from === undefined || to < from);
  const what = `The sunset is ${to ?? "not set"} instead of ${from ?? "not set"}.`;
  const rule = isEarlier ? "sunset-moved-up" : "sunset-postponed";
  return [{ rule, ...sides, before: from ?? null, after: to ?? null, what }];
}

/** Reasons and replacements are for people. */
function reworded(before: Notice, after: Notice, sides: Sides): Omit<Finding, "direction">[] {
  const [from, to] = [worded(before), worded(after)];
  if (from === to) return [];
  const what = "The deprecation is explained otherwise.";
  return [
    { rule: "documentation-changed", ...sides, before: before.notice ?? null, after: after.notice ?? null, what },
  ];
}

function worded({ notice }: Notice): string {
  if (!isObject(notice)) return "";
  const { sunset: _sunset, state: _state, ...words } = notice;
  return JSON.stringify(Object.entries(words).toSorted(([one], [other]) => one.localeCompare(other)));
}
