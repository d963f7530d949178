import { PassThrough, Transform } from "node:stream";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import type { BusboyInstance } from "@fastify/busboy";
import type { Request, Response } from "express";
import type { UploadedFile } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { validationFailed } from "./errors.ts";

export interface FormOptions {
  /** The field that holds a file, repeated for each. Others are passed over. */
  readonly field: string;
  /** The largest body, in bytes. */
  readonly limit: number;
}

/** How long a client whose form has been refused may go on sending it. */
const REST_MS = 10_000;

/** Bytes of a field that is passed over which the parser keeps all the same. */
const PASSED_OVER = 1024;

/**
 * The files of a form (RFC 7578) while it is read: each is handed out as soon as it begins, and nothing waits in memory
 * but what one read of the connection brought. Once the iteration has ended, however it did, nothing is open any more.
 *
 * @throws {ApiError} at once `unsupported_media_type`, `malformed_form` and `payload_too_large`, as far as the headers
 *   tell; the last two also while it is read, and `validation_failed` at the end of a form without a file
 */
export function readForm(req: Request, { field, limit }: FormOptions): AsyncIterable<UploadedFile> {
  const form = parserOf(req, field);
  if (Number(req.headers["content-length"]) > limit) throw tooLarge(limit);
  return filesOf(req, form, { field, limit });
}

/**
 * Reads what a client is still sending of a form that has been refused, if the connection ends with the answer: a client
 * whose bytes meet a closed connection loses the answer too (RFC 9112 §9.6). Otherwise node does, after the answer.
 */
export async function readRest(req: Request, res: Response): Promise<void> {
  if (res.shouldKeepAlive || req.readableEnded || req.destroyed) return;
  const signal = AbortSignal.timeout(REST_MS);
  await finished(req.resume(), { signal }).catch(() => {}); // gone, or too slow to be waited for
}

async function* filesOf(
  req: Request,
  form: BusboyInstance,
  { field, limit }: FormOptions,
): AsyncGenerator<UploadedFile> {
  const files = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const body = meter(files, limit);
  let coming: Readable | undefined; // the part whose end may not have come; those before it are whole
  let failure: Error | undefined;
  const stop = (error: Error) => {
    failure ??= error;
    for (const stream of [coming, form, body]) stream?.destroy(error);
    files.end();
  };
  // Each of these may break while nobody looks, and an error that nobody hears ends the process.
  for (const stream of [files, form, body]) stream.on("error", stop);
  form.on("file", (_field, content, name) => {
    coming = content.on("error", stop);
    files.write({ name: name ?? "", content });
  });
  form.once("finish", () => files.end());
  const leave = () => req.complete || stop(new Error("The client left before the end of the form"));
  req.once("close", leave);
  req.pipe(body).pipe(form);
  let count = 0;
  try {
    for await (const { name, content } of files) {
      count += 1;
      const bytes = copyOf(content);
      yield { name, content: bytes };
      content.unpipe(bytes).resume(); // what the receiver has left: the parser waits for the end of each file
    }
    if (failure) throw asApiError(failure);
    if (count === 0) throw validationFailed([{ in: "body", path: field, message: "must hold at least one file" }]);
  } finally {
    req.off("close", leave);
    stop(new Error("The form is not read any more"));
    req.unpipe(body).resume(); // what comes after it is the next request
  }
}

/** A stream of its own for the receiver, who may destroy it: without the end of a part the form could not be read on. */
function copyOf(content: Readable): Readable {
  const copy = new PassThrough();
  const fail = (error: Error) => void copy.destroy(asApiError(error));
  if (content.errored) fail(content.errored);
  copy.on("error", () => {});
  return content.on("error", fail).pipe(copy);
}

/** Passes the body on as far as it may go, and while no file waits to be asked for: small ones hold nothing up otherwise. */
function meter(files: PassThrough, limit: number): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      if (received > limit) done(tooLarge(limit));
      else if (files.writableNeedDrain) files.once("drain", () => done(null, chunk));
      else done(null, chunk);
    },
  });
}

function parserOf({ headers }: Request, field: string): BusboyInstance {
  const type = headers["content-type"] ?? "";
  if (!/^multipart\/form-data\s*(;|$)/i.test(type) || (headers["content-encoding"] ?? "identity") !== "identity") {
    throw new ApiError(
      "unsupported_media_type",
      `The body is ${[headers["content-encoding"], type || "of no stated type"].filter(Boolean).join(" ")}. Send it as multipart/form-data, not compressed.`,
    );
  }
  try {
    return new Busboy({
      headers: { ...headers, "content-type": type },
      preservePath: true,
      isPartAFile: (name) => name === field,
      limits: { fieldSize: PASSED_OVER },
    });
  } catch (error) {
    throw asApiError(error); // no boundary
  }
}

/** Whatever breaks off a form, apart from what we refuse, is its sender's doing. */
function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const reason = cause instanceof Error ? ` (${cause.message})` : "";
  return new ApiError(
    "malformed_form",
    `The body is not a valid form${reason}. Send one multipart/form-data body to its end, with the boundary that Content-Type names.`,
    { cause },
  );
}

function tooLarge(limit: number): ApiError {
  return new ApiError("payload_too_large", `The upload is larger than ${limit} bytes. Send less at once.`);
}
