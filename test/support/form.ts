/** One part of a form, as it goes over the wire. */
export interface FormPart {
  /** The `Content-Disposition` after `form-data; `; a file of the field `files` when it is only a name. */
  readonly disposition?: string;
  readonly name?: string;
  readonly content?: string | Uint8Array;
}

export const boundary = "----the-boundary";
export const formType = `multipart/form-data; boundary=${boundary}`;

/** The bytes of a form: `FormData` would not write a broken one, nor names in other forms than the browsers'. */
export function formOf(parts: readonly FormPart[]): Buffer<ArrayBuffer> {
  return Buffer.concat([...parts.flatMap(partOf), Buffer.from(`--${boundary}--\r\n`)]);
}

/** A form up to the last byte of its last part's content. */
export function brokenForm(parts: readonly FormPart[]): Buffer<ArrayBuffer> {
  return Buffer.concat(parts.flatMap(partOf)).subarray(0, -2);
}

function partOf({ name = "file", disposition = `name="files"; filename="${name}"`, content = "" }: FormPart) {
  const head = `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  return [Buffer.from(head), Buffer.from(content), Buffer.from("\r\n")];
}
