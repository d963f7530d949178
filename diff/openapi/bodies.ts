import { compareRest } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { at, objectAt } from "../place.ts";
import type { Place } from "../place.ts";
import { compareMediaTypes } from "./media-types.ts";

/** The request body of an operation. */
export function compareBodies(context: Context, operation: Sides, name: string): void {
  const { recorder } = context;
  const use = `${name}: request body`;
  const [old, next] = [at(operation.old, "requestBody"), at(operation.new, "requestBody")];
  if (old && next) return compareBoth(context, { old, new: next }, use);
  if (old) {
    const what = "The request body is gone.";
    return recorder.add({ rule: "request-body-removed", old, new: operation.new, what }, use);
  }
  if (!next) return;
  const rule = isRequired(next) ? "required-request-body-added" : "request-body-added";
  const what = `There is a request body${isRequired(next) ? ", and it must be sent" : ""}.`;
  recorder.add({ rule, old: operation.old, new: next, what }, use);
}

function compareBoth(context: Context, sides: Sides, use: string): void {
  const [before, after] = [isRequired(sides.old), isRequired(sides.new)];
  if (before !== after) {
    const rule = after ? "request-body-became-required" : "request-body-became-optional";
    const what = `The body ${after ? "must be sent" : "may be left out"} now.`;
    context.recorder.add({ rule, ...sides, before, after, what }, use);
  }
  compareMediaTypes(context, sides, "request", use);
  compareRest(context, sides, ["required", "content"], use);
}

function isRequired(place: Place): boolean {
  return objectAt(place)["required"] === true;
}
