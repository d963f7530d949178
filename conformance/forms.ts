import { randomBytes } from "node:crypto";
import { child } from "./documents.ts";
import { isObject, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import type { MediaType } from "./operations.ts";

/** A body that is a form (RFC 7578), which OpenAPI describes as an object with a property for each field. */
const formType = "multipart/form-data";

/** One part of a form. A part with a file name is a file. */
export interface FormPart {
  readonly field: string;
  readonly content: string;
  readonly fileName?: string | undefined;
  readonly type?: string | undefined;
}

/** The form among the media types of a body. */
export function formOf(media: readonly MediaType[]): MediaType | undefined {
  return media.find(({ name }) => name === formType);
}

/** The parts that stand for a value of a form's schema: an array is a part for each of its values. */
export function partsOf(form: MediaType, value: Json | undefined): FormPart[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, content]) => {
    const type = contentTypeOf(form, field);
    const isFile = type !== "text/plain" && type !== "application/json";
    return (Array.isArray(content) ? content : [content]).map((item, index) => ({
      field,
      content: textOf(item),
      ...(isFile && { type, fileName: `${field}-${index + 1}` }),
    }));
  });
}

/** Files of these names and contents, in the field of the form that takes files; none where there is no such field. */
export function fileParts(form: MediaType, files: Readonly<Record<string, string>>): FormPart[] {
  const example = partsOf(form, form.example).find(({ fileName }) => fileName !== undefined);
  return example ? Object.entries(files).map(([fileName, content]) => ({ ...example, fileName, content })) : [];
}

/** A form as it goes over the wire. The boundary occurs in no part: it is drawn anew for each form. */
export function formBody(parts: readonly FormPart[]): { type: string; text: string } {
  const boundary = `conformance-${randomBytes(12).toString("hex")}`;
  const texts = parts.map(({ field, content, fileName, type }) => {
    const disposition = `form-data; name="${field}"${fileName === undefined ? "" : `; filename="${fileName}"`}`;
    const head = [`Content-Disposition: ${disposition}`, ...(type === undefined ? [] : [`Content-Type: ${type}`])];
    return `--${boundary}\r\n${head.join("\r\n")}\r\n\r\n${content}\r\n`;
  });
  return { type: `${formType}; boundary=${boundary}`, text: `${texts.join("")}--${boundary}--\r\n` };
}

/**
 * How the values of a field are written: what its encoding says, else what its schema tells.
 * @see https://spec.openapis.org/oas/v3.1.1.html#encoding-object
 */
function contentTypeOf({ encoding, schema }: MediaType, field: string): string {
  const stated = encoding && child(encoding, field, "contentType")?.value;
  if (typeof stated === "string") return stated.split(",")[0]?.trim() ?? stated;
  const property = schema && child(schema, "properties", field);
  const value = property && child(property, "type")?.value === "array" ? child(property, "items") : property;
  const type = value && child(value, "type")?.value;
  if (type === "object") return "application/json";
  const isBinary = type === undefined || (value && child(value, "contentEncoding") !== undefined);
  return isBinary ? "application/octet-stream" : "text/plain";
}
