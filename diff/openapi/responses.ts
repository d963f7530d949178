import { addAll, compareRest, keywordAt } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { noticeOf, sunsetFindings } from "../deprecation.ts";
import { absent, at, membersOf, objectAt } from "../place.ts";
import type { Place } from "../place.ts";
import { isDeepStrictEqual } from "node:util";
import { compareMediaTypes } from "./media-types.ts";
import { compareValue } from "./parameters.ts";

/** The answers of an operation: statuses, headers, bodies, links. */
export function compareResponses(context: Context, operation: Sides, name: string): void {
  const [before, after] = [responsesOf(operation.old), responsesOf(operation.new)];
  for (const [status, old] of before) {
    const next = declaredFor(status, after);
    const use = `${name}: response ${status}`;
    if (next) compareResponse(context, { old, new: next }, use);
    else {
      const rule = isSuccess(status) ? "success-status-removed" : "error-status-removed";
      const new_ = keywordAt(operation.new, "responses");
      context.recorder.add({ rule, old, new: new_, before: status, what: `The status ${status} is gone.` }, use);
    }
  }
  for (const [status, next] of after) {
    if (before.has(status)) continue;
    const old = declaredFor(status, before);
    const use = `${name}: response ${status}`;
    if (old) compareResponse(context, { old, new: next }, use);
    else {
      const rule = isSuccess(status) ? "success-status-added" : "error-status-added";
      const old_ = keywordAt(operation.old, "responses");
      context.recorder.add({ rule, old: old_, new: next, after: status, what: `The status ${status} is new.` }, use);
    }
  }
}

function responsesOf(operation: Place): Map<string, Place> {
  const responses = [...membersOf(at(operation, "responses"))];
  return new Map(responses.map(([status, place]) => [status.toUpperCase().replace("DEFAULT", "default"), place]));
}

/** What a document says of a status: by its number, by its class (`4XX`), or by `default`. */
function declaredFor(status: string, responses: Map<string, Place>): Place | undefined {
  if (status === "default") return responses.get(status);
  return responses.get(status) ?? responses.get(`${status.charAt(0)}XX`) ?? responses.get("default");
}

function isSuccess(status: string): boolean {
  return /^[123]/.test(status);
}

function compareResponse(context: Context, sides: Sides, use: string): void {
  compareHeaders(context, sides, use);
  compareMediaTypes(context, sides, "response", use);
  compareLinks(context, sides, use);
  compareRest(context, sides, ["headers", "content", "links"], use);
}

function compareHeaders(context: Context, response: Sides, use: string): void {
  const [before, after] = [headersOf(response.old), headersOf(response.new)];
  for (const [name, old] of before) {
    const next = after.get(name);
    if (next) {
      compareHeader(context, { old, new: next }, `${use} header ${name}`);
      continue;
    }
    const rule = isRequired(old) ? "required-header-removed" : "header-removed";
    context.recorder.add({ rule, old, new: response.new, before: name, what: `The header ${name} is gone.` }, use);
  }
  for (const [name, next] of after) {
    if (before.has(name)) continue;
    const what = `The header ${name} is new.`;
    context.recorder.add({ rule: "header-added", old: response.old, new: next, after: name, what }, use);
  }
}

function compareHeader(context: Context, sides: Sides, use: string): void {
  const [before, after] = [isRequired(sides.old), isRequired(sides.new)];
  if (before !== after) {
    const rule = after ? "header-became-required" : "header-became-optional";
    const what = `The header ${after ? "always comes" : "may be absent"} now.`;
    context.recorder.add({ rule, ...sides, before, after, what }, use);
  }
  addAll(context, sunsetFindings(noticeOf(objectAt(sides.old)), noticeOf(objectAt(sides.new)), sides), use);
  compareValue(context, sides, "response", use);
}

/** Names of headers are the same in any case. `Content-Type` is what `content` says. */
function headersOf(response: Place): Map<string, Place> {
  const headers = [...membersOf(at(response, "headers"))].map(([name, place]) => [name.toLowerCase(), place] as const);
  return new Map(headers.filter(([name]) => name !== "content-type"));
}

function isRequired(header: Place): boolean {
  return objectAt(header)["required"] === true;
}

function compareLinks({ recorder }: Context, response: Sides, use: string): void {
  const [before, after] = [membersOf(at(response.old, "links")), membersOf(at(response.new, "links"))];
  for (const [name, old] of before) {
    const next = after.get(name);
    if (next && isDeepStrictEqual(followed(old), followed(next))) continue;
    const what = `The link ${name} is ${next ? "changed" : "gone"}.`;
    recorder.add({ rule: "link-changed", old, new: next ?? absent(response.new, null), what }, use);
  }
  for (const [name, next] of after) {
    if (before.has(name)) continue;
    recorder.add({ rule: "link-added", old: response.old, new: next, what: `The link ${name} is new.` }, use);
  }
}

function followed(link: Place): Record<string, unknown> {
  const { description: _description, ...rest } = objectAt(link);
  return rest;
}
