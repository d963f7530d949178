import { textOf } from "../json.ts";
import type { Json } from "../json.ts";
import { flat } from "../values/schema.ts";
import type { Part } from "./interaction.ts";

/** A part of a URL that every server takes has less than that (RFC 9112 §3: 8000 octets for the whole line). */
const longestText = 6000;

/**
 * Whether a value arrives as it was meant: HTTP and URLs cut, normalise or refuse some texts on the way, before the
 * operation that the document describes sees them, and some texts are read in one way here and in another there.
 */
export function isSendable(part: Pick<Part, "place" | "schema">, value: Json): boolean {
  const { place } = part;
  if (place === "body" || place === "frame") return true;
  const text = textOf(value);
  if (!text.isWellFormed() || isAmbiguous(part, text)) return false;
  if (place === "header") return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && text.length <= longestText;
  if (encodeURIComponent(text).length > longestText) return false;
  return place === "query" || (text !== "" && text !== "." && text !== ".." && !/[/\\\0]/.test(text));
}

/** No document says how an empty list is written, nor a comma or a blank in one, nor whether 1 is true. */
function isAmbiguous({ schema }: Pick<Part, "schema">, text: string): boolean {
  const { type } = flat(schema.value, schema.document.root);
  if (type === "array") return text.split(",").some((item) => item === "" || item !== item.trim());
  return type === "boolean" && (text === "0" || text === "1");
}
