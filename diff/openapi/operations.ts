import { compareExtensions } from "../extensions.ts";
import { addAll, compareRest, keywordAt } from "../context.ts";
import type { Context } from "../context.ts";
import { noticeOf, sunsetFindings } from "../deprecation.ts";
import { objectAt, textAt } from "../place.ts";
import { compareBodies } from "./bodies.ts";
import type { Operation } from "./document.ts";
import { compareParameters } from "./parameters.ts";
import { compareResponses } from "./responses.ts";
import { compareOperationSecurity } from "./security.ts";

const handled = [
  "operationId",
  "parameters",
  "requestBody",
  "responses",
  "security",
  "deprecated",
  "x-deprecation",
  "x-sunset",
  "x-scope",
  "x-gate",
  "x-rate-limit",
];

/** Everything about one operation. */
export function compareOperations(context: Context, old: Operation, next: Operation): void {
  const sides = { old: old.place, new: next.place };
  const notices = [noticeOf(objectAt(sides.old)), noticeOf(objectAt(sides.new))] as const;
  compareNames(context, old, next);
  addAll(context, sunsetFindings(...notices, sides), next.name);
  compareParameters(context, old, next);
  compareBodies(context, sides, next.name);
  compareResponses(context, sides, next.name);
  compareOperationSecurity(context, sides, next.name);
  compareExtensions(context, sides, next.name);
  compareRest(context, sides, handled, next.name);
}

function compareNames({ recorder }: Context, old: Operation, next: Operation): void {
  const [before, after] = [textAt(old.place, "operationId"), textAt(next.place, "operationId")];
  if (before === after || before === undefined) return;
  recorder.add(
    {
      rule: "operation-renamed",
      old: keywordAt(old.place, "operationId"),
      new: keywordAt(next.place, "operationId"),
      before,
      after: after ?? null,
      what: `operationId is ${after ?? "absent"} instead of ${before}.`,
    },
    next.name,
  );
}
