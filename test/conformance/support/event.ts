import { isObject } from "../../../conformance/json.ts";
import type { Json, JsonObject } from "../../../conformance/json.ts";

/** A value that is a text; empty when it is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The event in a frame, `{"type":"action","action":…}`; empty when it holds none. */
export function eventIn(frame: JsonObject): JsonObject {
  const event = frame[textOf(frame["type"])];
  return isObject(event) ? event : {};
}
