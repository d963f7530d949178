import type { DocumentNode } from "./documents.ts";
import type { Json } from "./json.ts";
import { flat } from "./values/schema.ts";

/** The value that a parameter's text stands for, by the type its schema gives. */
export function parameterValue(schema: DocumentNode, text: string): Json {
  const { type } = flat(schema.value, schema.document.root);
  if ((type === "integer" || type === "number") && text.trim() !== "" && Number.isFinite(Number(text)))
    return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return type === "array" ? text.split(",") : text;
}
