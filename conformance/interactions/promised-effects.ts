import { placeOf } from "../documents.ts";
import { isObject, textOf } from "../json.ts";
import type { Json } from "../json.ts";
import { parameterValue } from "../parameter-text.ts";
import type { Failure } from "../results.ts";
import type { Part, Values } from "./interaction.ts";

/** What parameters of these names do wherever they stand in a query; no keyword of a schema says so. */
const effects: Readonly<Record<string, (value: Json, body: Json) => string | undefined>> = {
  limit: (limit, body) => {
    const longest = Math.max(0, ...listsIn(body).map((list) => list.length));
    return typeof limit === "number" && longest > limit ? `${longest} of at most ${limit}` : undefined;
  },
  reverse: (reverse, body) => {
    const ids = listsIn(body).flatMap(idsIn);
    const sorted = ids.toSorted((a, b) => (reverse === true ? b - a : a - b));
    return ids.some((id, index) => id !== sorted[index]) ? `the ids ${ids.join(", ")}` : undefined;
  },
  start_id: (start, body) => {
    const before = listsIn(body)
      .flatMap(idsIn)
      .find((id) => typeof start === "number" && id < start);
    return before === undefined ? undefined : `the id ${before}`;
  },
};

/** Failures for the parameters that were taken and not followed. */
export function effectFailures(values: Values, body: Json | undefined): Failure[] {
  if (body === undefined) return [];
  return [...values].flatMap(([part, value]) => {
    if (part.place !== "query") return [];
    const sent = value === undefined ? null : parameterValue(part.schema, textOf(value));
    const found = effects[part.key]?.(sent, body);
    return found === undefined ? [] : [ignored(part, value, found)];
  });
}

function ignored({ key, schema }: Part, value: Json | undefined, found: string): Failure {
  return {
    promise: `\`${key}\` is followed.`,
    where: placeOf(schema),
    expected: value === undefined ? `what holds without ${key}` : `what ${key}=${JSON.stringify(value)} asks for`,
    found,
  };
}

/** The lists of a body: itself, or those in it, within an envelope too. */
function listsIn(body: Json): Json[][] {
  if (Array.isArray(body)) return [body];
  if (!isObject(body)) return [];
  const inner = isObject(body["data"]) ? listsIn(body["data"]) : [];
  return [...Object.values(body).filter((value) => Array.isArray(value)), ...inner];
}

function idsIn(list: readonly Json[]): number[] {
  return list.flatMap((item) => (isObject(item) && typeof item["id"] === "number" ? [item["id"]] : []));
}
