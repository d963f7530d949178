import { STATUS_CODES } from "node:http";
import type { Response } from "express";

/** A body, or a part of one, that is JSON text already: stored events go out as they were stored, never parsed. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object whose members may be JSON text. */
type WithJsonText<Body> = { readonly [Name in keyof Body]: Body[Name] | readonly JsonText[] };

/**
 * Joins an object some of whose members are arrays of stored JSON text.
 * @returns the object as JSON text
 */
export function spliceJson<Body extends object>(body: WithJsonText<Body>): JsonText {
  const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}:${memberText(value)}`);
  return new JsonText(`{${members.join(",")}}`);
}

function memberText(value: unknown): string {
  const isStored = Array.isArray(value) && value.every((item) => item instanceof JsonText);
  return isStored ? `[${value.map(({ text }) => text).join(",")}]` : JSON.stringify(value);
}

/**
 * Writes a JSON answer: the one place where a body becomes bytes. One write with a content length; no ETag, which would
 * cost half as much as everything else here and never match.
 */
export function writeJson(res: Response, body: unknown): void {
  const text = body instanceof JsonText ? body.text : JSON.stringify(body);
  const bytes = Buffer.from(text);
  res.statusMessage = STATUS_CODES[res.statusCode] ?? "";
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", bytes.length);
  res.end(res.req.method === "HEAD" ? undefined : bytes);
}
