import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { contentDisposition } from "../../contract/index.ts";
import type { Download, FileBytes } from "../../contract/index.ts";
import { stateOf } from "./state.ts";

/** The body of an answer that is a file. A class of its own: ts-rest would pipe a plain stream and not hear its errors. */
export class FileBody {
  readonly download: Download;
  readonly bytes: FileBytes;
  constructor(download: Download, bytes: FileBytes) {
    this.download = download;
    this.bytes = bytes;
  }
}

/**
 * Writes a file as fast as the client takes it. Its source is destroyed when the client leaves. When the source fails, the
 * connection ends before the answer does, by which a client can tell (RFC 9112 §8): the status has been sent.
 */
export function writeFile(res: Response, { download, bytes }: FileBody): void {
  res.setHeader("Content-Type", download.mediaType);
  res.setHeader("Content-Disposition", contentDisposition(download));
  const written = res.req.method === "HEAD" ? writeHead(res, bytes) : pipeline(bytes, res);
  written.catch((error: unknown) => {
    // That the client left is in the line that is logged for each request.
    if (!hasCode(error, "ERR_STREAM_PREMATURE_CLOSE")) stateOf(res).logger.warn({ err: error }, "download broke off");
  });
}

async function writeHead(res: Response, bytes: FileBytes): Promise<void> {
  res.end();
  await bytes[Symbol.asyncDispose]();
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
