import assert from "node:assert/strict";
import type { Answer } from "./api.ts";

/** Which part of a request an error is about: `body.args.command`. */
export type Place = `${"path" | "query" | "header" | "body" | "frame"}${"" | `.${string}`}`;

/**
 * Checks that an answer is this error and has the one shape of all errors, under the id that its header names.
 * @param places what `details` must name, in order; when left out, details may be anything
 */
export function assertRefused(answer: Answer, status: number, code: string, places?: readonly Place[]): void {
  const { body, headers } = answer;
  const shown = String(JSON.stringify(body)).slice(0, 1000);
  assert.equal(answer.status, status, shown);
  assert.equal(body?.code, code, shown);
  assert.match(headers.get("content-type") ?? "", /^application\/json; charset=utf-8$/);
  const { details, ...rest } = body;
  assert.deepEqual(Object.keys(rest), ["success", "error", "code", "request_id"], shown);
  assert.equal(body.success, false);
  assert.match(body.error, /\S/);
  assert.equal(body.request_id, headers.get("x-request-id"));
  if (status === 401) assert.equal(headers.get("www-authenticate"), "Bearer");
  if (places) assert.deepEqual((details ?? []).map(placeOf), places, shown);
}

function placeOf(detail: { in: string; path: string; message: string }): string {
  assert.match(detail.message, /\S/);
  return detail.path === "" ? detail.in : `${detail.in}.${detail.path}`;
}
