/** A form of files (RFC 7578) as the body of a request. */
export interface Upload {
  /** The field of the form that holds a file; it is repeated for each. */
  readonly field: string;
  readonly description: string;
}

/** A file as the successful answer, which is 200. */
export interface Download {
  readonly mediaType: string;
  /** What a browser is to save it as. ASCII, and no character that a quoted string would have to escape. */
  readonly fileName: string;
  readonly description: string;
}

/** A file of a form. Its bytes come while they are read, and before those of the next file; what is not read is passed over. */
export interface UploadedFile {
  /** As the client sent it, folders included; empty where it sent none. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The bytes of a download: iterated to their end, or disposed of, which closes their source. */
export type FileBytes = AsyncIterable<Uint8Array> & AsyncDisposable;

/** What makes a client save an answer instead of showing it (RFC 6266). */
export function contentDisposition({ fileName }: Pick<Download, "fileName">): string {
  return `attachment; filename="${fileName}"`;
}
