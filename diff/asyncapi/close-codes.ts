import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../conformance/json.ts";
import type { JsonObject } from "../../conformance/json.ts";
import type { Context, Sides } from "../context.ts";
import { keywordAt } from "../context.ts";
import type { Place } from "../place.ts";
import { plain } from "../text.ts";

/** `x-close-codes`: how the server ends a connection, and whether to connect again. */
export function compareCloseCodes({ recorder }: Context, channel: Sides, address: string): void {
  const places = { old: keywordAt(channel.old, "x-close-codes"), new: keywordAt(channel.new, "x-close-codes") };
  const [before, after] = [codesOf(places.old), codesOf(places.new)];
  for (const [code, old] of before) {
    const use = `${address}: close code ${code}`;
    const next = after.get(code);
    if (next) compareCode(recorder, places, old, next, use);
    else recorder.add({ rule: "close-code-removed", ...places, before: code, what: `${code} is gone.` }, use);
  }
  for (const code of after.keys()) {
    if (before.has(code)) continue;
    recorder.add(
      { rule: "close-code-added", ...places, after: code, what: `${code} is new.` },
      `${address}: close code ${code}`,
    );
  }
}

function compareCode(
  recorder: Context["recorder"],
  places: Sides,
  old: JsonObject,
  next: JsonObject,
  use: string,
): void {
  const { reconnect: before, ...from } = old;
  const { reconnect: after, ...to } = next;
  if (before !== after) {
    const rule = after === true ? "reconnect-allowed" : "reconnect-forbidden";
    const what = `After ${plain(next["code"])}, connecting again is ${after === true ? "of use" : "of no use"}.`;
    recorder.add({ rule, ...places, before: before === true, after: after === true, what }, use);
  }
  if (isDeepStrictEqual(from, to)) return;
  const what = `What ${plain(next["code"])} means is worded otherwise.`;
  recorder.add({ rule: "documentation-changed", ...places, before: from, after: to, what }, use);
}

function codesOf({ value }: Place): Map<number, JsonObject> {
  const list = (Array.isArray(value) ? value : []).filter(isObject);
  return new Map(list.map((entry) => [Number(entry["code"]), entry]));
}
