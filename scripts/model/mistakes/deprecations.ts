import * as z from "zod";
import type { ChannelMessage, Deprecation, NamedOperation } from "../../../contract/index.ts";
import { pathParameterNames } from "./checks.ts";

/** Whoever depends on something has this long to leave it. `docs/migration.md` promises it. */
const leastDays = 180;

const dayMs = 86_400_000;

/** The mistakes in the days of an entry. */
export function dayMistakes(where: string, { since, sunset }: Deprecation): string[] {
  const unfit = [since, sunset].filter((day) => !z.iso.date().safeParse(day).success);
  if (unfit.length > 0)
    return unfit.map((day) => `${where}: ${JSON.stringify(day)} is no day. Fix: write it as 2027-06-30.`);
  const days = (Date.parse(sunset) - Date.parse(since)) / dayMs;
  return days >= leastDays
    ? []
    : [`${where}: ${days} days lie between since and sunset. Fix: leave at least ${leastDays}.`];
}

/** A successor is there for everybody and for good, and its path can be filled in from the request for what it succeeds. */
export function successorMistakes(
  { id, operation }: NamedOperation,
  { replacement }: Deprecation,
  all: readonly NamedOperation[],
): string[] {
  const where = `rest.${id}: the replacement ${replacement}`;
  const successor = all.find((other) => other.id === replacement)?.operation;
  if (!successor) return [`${where} is no operation. Fix: name one by its id, such as ${all[0]?.id}.`];
  const { deprecation, gate } = successor.metadata;
  if (deprecation) return [`${where} is ${deprecation.state} itself. Fix: name its own replacement.`];
  if (gate !== undefined && gate !== operation.metadata.gate)
    return [`${where} is behind the gate ${gate}. Fix: name one that is always there.`];
  const own = pathParameterNames(operation.path);
  return pathParameterNames(successor.path)
    .filter((name) => !own.includes(name))
    .map((name) => `${where} needs {${name}}, which a request for ${operation.path} has not. Fix: name another one.`);
}

/** A deprecated message's payload says so too: AsyncAPI has the flag for schemas alone. */
export function flagMistakes(where: string, { deprecation, payload }: ChannelMessage): string[] {
  const flagged = z.globalRegistry.get(payload)?.["x-deprecation"];
  return JSON.stringify(flagged) === JSON.stringify(deprecation)
    ? []
    : [`${where}: the message and its payload disagree on the deprecation. Fix: ...deprecated(entry) in its .meta().`];
}

/** The mistakes in the deprecation of a field, if it has one. */
export function fieldMistakes(where: string, field: z.core.$ZodType): string[] {
  const deprecation = z.globalRegistry.get(field)?.["x-deprecation"] as Deprecation | undefined;
  return deprecation ? dayMistakes(where, deprecation) : [];
}
