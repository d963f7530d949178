import type { Json } from "../conformance/json.ts";

/** The longest value that is shown within a sentence. */
const shownLength = 120;

/** A value within a sentence: as JSON, cut where it is long; `none` for an absent one. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

/** A value outside of JSON: a text as it is. */
export function plain(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
