import { textOf } from "../json.ts";
import type { Json } from "../json.ts";
import type { PartPlace } from "./interaction.ts";

/** A part of a URL that every server takes has less than that (RFC 9112 §3: 8000 octets for the whole line). */
const longestText = 6000;

/**
 * Whether a value arrives as it was meant: HTTP and URLs cut, normalise or refuse some texts on the way, before the
 * operation that the document describes sees them.
 */
export function isSendable(place: PartPlace, value: Json): boolean {
  if (place === "body" || place === "frame") return true;
  if (Array.isArray(value) && (value.length === 0 || value.some((item) => textOf(item).includes(",")))) return false;
  const text = textOf(value);
  if (!text.isWellFormed()) return false;
  if (place === "header") return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && text.length <= longestText;
  if (encodeURIComponent(text).length > longestText) return false;
  return place === "query" || (text !== "" && text !== "." && text !== ".." && !/[/\\\0]/.test(text));
}
