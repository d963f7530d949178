import { STATUS_CODES } from "node:http";
import type { Response } from "express";
import { envelopeMediaType } from "../../contract/index.ts";
import type { ErrorBody } from "../../contract/index.ts";
import { JsonText, spliceJson } from "./json-text.ts";

const plainMediaType = "application/json";

/**
 * Writes a successful answer: the one place where a body becomes bytes. One write with a content length; no ETag, which
 * would cost half as much as everything else here and never match.
 */
export function writeJson(res: Response, body: unknown): void {
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
  const enveloped = wantsEnvelope(res);
  const bytes = Buffer.from(enveloped ? envelope() : plain);
  res.statusMessage = STATUS_CODES[res.statusCode] ?? "";
  res.vary("Accept");
  res.setHeader("Content-Type", enveloped ? envelopeMediaType : `${plainMediaType}; charset=utf-8`);
  res.setHeader("Content-Length", bytes.length);
  res.end(res.req.method === "HEAD" ? undefined : bytes);
}

/** A client gets the envelope only when it asks for it by name: `*\/*` means the plain body. RFC 9110 §12.5.1 */
function wantsEnvelope({ req }: Response): boolean {
  if (!req.headers.accept?.includes(envelopeMediaType)) return false; // spares everybody else the negotiation
  return req.accepts([plainMediaType, envelopeMediaType]) === envelopeMediaType;
}

function textOf(body: unknown): string {
  return body instanceof JsonText ? body.text : JSON.stringify(body);
}
