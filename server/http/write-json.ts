import { STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { envelopeMediaType } from "../../contract/index.ts";
import type { ErrorBody } from "../../contract/index.ts";
import { JsonStream, JsonText, spliceJson } from "./json-text.ts";
import { stateOf } from "./state.ts";

const plainMediaType = "application/json";

/**
 * Writes a successful answer: the one place where a body becomes bytes. One write with a content length; no ETag, which
 * would cost half as much as everything else here and never match. A stream is written as it is made.
 */
export function writeJson(res: Response, body: unknown): void {
  if (body instanceof JsonStream) return void writeStream(res, body);
  const plain = textOf(body);
  const data = new JsonText(plain);
  write(
    res,
    plain,
    () => spliceJson<{ success: true; data: unknown; error: null }>({ success: true, data, error: null }).text,
  );
}

/** Writes the answer of an error. */
export function writeErrorJson(res: Response, body: ErrorBody): void {
  write(res, JSON.stringify(body), () => JSON.stringify({ ...body, data: null }));
}

function write(res: Response, plain: string, envelope: () => string): void {
  const enveloped = describe(res);
  const bytes = Buffer.from(enveloped ? envelope() : plain);
  res.setHeader("Content-Length", bytes.length);
  res.end(res.req.method === "HEAD" ? undefined : bytes);
}

/**
 * No faster than the client reads. When the client leaves, the stream ends; when the stream fails, the connection does, so
 * that half an answer is not taken for a whole one (RFC 9112 §8).
 */
async function writeStream(res: Response, { parts }: JsonStream): Promise<void> {
  const enveloped = describe(res);
  if (res.req.method === "HEAD") return void res.end();
  try {
    await pipeline(Readable.from(enveloped ? inEnvelope(parts) : parts), res);
  } catch (error) {
    const { logger } = stateOf(res);
    if (isPrematureClose(error)) logger.debug({ err: error }, "the client left during the answer");
    else logger.error({ err: error }, "the answer could not be completed");
  }
}

async function* inEnvelope(parts: AsyncIterable<string>): AsyncGenerator<string> {
  yield '{"success":true,"data":';
  yield* parts;
  yield ',"error":null}';
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

/** Says in the headers what the body is. @returns whether it is in an envelope */
function describe(res: Response): boolean {
  const enveloped = wantsEnvelope(res);
  res.statusMessage = STATUS_CODES[res.statusCode] ?? "";
  res.vary("Accept");
  res.setHeader("Content-Type", enveloped ? envelopeMediaType : `${plainMediaType}; charset=utf-8`);
  return enveloped;
}

/** A client gets the envelope only when it asks for it by name: `*\/*` means the plain body. RFC 9110 §12.5.1 */
function wantsEnvelope({ req }: Response): boolean {
  if (!req.headers.accept?.includes(envelopeMediaType)) return false; // spares everybody else the negotiation
  return req.accepts([plainMediaType, envelopeMediaType]) === envelopeMediaType;
}

function textOf(body: unknown): string {
  return body instanceof JsonText ? body.text : JSON.stringify(body);
}
