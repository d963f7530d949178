import { headersOf, ownCredentials } from "../../calls.ts";
import { child, placeOf } from "../../documents.ts";
import { mediaTypeOf } from "../../http/checks.ts";
import { isObject, textOf } from "../../json.ts";
import { jsonOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { isDocumented } from "./gates.ts";
import { closedGateCode, isOpen } from "../../units.ts";
import { urlOf } from "../../world.ts";
import type { World } from "../../world.ts";
import type { Case } from "../../case.ts";

/**
 * What no operation documents: methods that a documented path has not, a path that no document has, and whatever is behind a
 * closed gate.
 */
export function routeCases(world: World): Case[] {
  const operations = [...world.operations.values()];
  const open = operations.filter(({ gate }) => isOpen(gate, world.gates));
  const byPath = Map.groupBy(open, ({ path }) => path);
  return [
    ...[...byPath].flatMap(([path, own]) => [methodCase(path, own) ?? [], nearMissCase(path, own, world)].flat()),
    unknownPath,
    ...closedPaths(operations, open).map(closedCase),
  ];
}

/** A path that is wholly behind closed gates, with the operations that would be there. */
type ClosedPath = readonly [path: string, operations: readonly Operation[]];

/** The paths that have no open operation, and the paths above them that lead to no open operation either: `/api/v1`. */
function closedPaths(operations: readonly Operation[], open: readonly Operation[]): ClosedPath[] {
  const closed = operations.filter((operation) => !open.includes(operation));
  const above = closed.flatMap(({ path }) => {
    const parts = path.split("/");
    return parts.map((_, index) => parts.slice(0, index + 1).join("/")).filter((prefix) => prefix !== "");
  });
  return [...new Set(above)]
    .filter((prefix) => !open.some(({ path }) => path === prefix || path.startsWith(`${prefix}/`)))
    .map((prefix) => [prefix, closed.filter(({ path }) => path === prefix || path.startsWith(`${prefix}/`))]);
}

const everyMethod = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** `rest/404-closed-gate/api.v1`: nothing is there, by whatever method; no page, and no 405, which would tell of a path. */
function closedCase([path, operations]: ClosedPath): Case {
  return {
    name: `rest/404-closed-gate/${nameOf(path)}`,
    run: async (probe) => {
      const gates = [...new Set(operations.map(({ gate }) => gate))].join(", ");
      for (const method of everyMethod) {
        const answer = await sendTo(probe, method, filledIn(path, operations));
        const promise = `While the gate ${gates} is off, ${method} ${path} is answered with 404.`;
        if (method !== "HEAD") checkError(probe, answer, 404, closedGateCode, promise);
        else if (answer.status !== 404)
          probe.fail({ promise, where: undefined, expected: "404", found: String(answer.status) });
      }
    },
  };
}

/** `api.keys.key_id`, as a part of a case's name. */
function nameOf(path: string): string {
  return path.slice(1).replaceAll("/", ".").replace(/[{}]/g, "");
}

const unknownPath: Case = {
  name: "rest/404-route_not_found",
  run: async (probe) => {
    const answer = await sendTo(probe, "GET", "/api/there-is-no-such-operation");
    checkError(probe, answer, 404, closedGateCode, "A path that no document has is answered with 404.");
  },
};

/** `rest/405-method_not_allowed/api.keys.key_id`: every method that none of the operations of a path has. */
function methodCase(path: string, operations: readonly Operation[]): Case | undefined {
  const documented = operations.map(({ method }) => method);
  const others = ["GET", "PUT", "DELETE", "PATCH", "POST"].filter((method) => !documented.includes(method));
  if (others.length === 0) return undefined;
  return {
    name: `rest/405-method_not_allowed/${nameOf(path)}`,
    run: async (probe) => {
      for (const method of others) {
        const answer = await sendTo(probe, method, filledIn(path, operations));
        checkError(probe, answer, 405, "method_not_allowed", `${path} has no ${method}, so it is answered with 405.`);
        checkAllow(probe, answer, documented, method);
      }
    },
  };
}

/**
 * `rest/404-route_not_found/api.keys`: what nearly is a path of the document is none. Two slashes in a row are not tried: many a
 * proxy makes them one.
 */
function nearMissCase(path: string, operations: readonly Operation[], world: World): Case {
  const [, first = "", rest = ""] = /^\/([^/{]+)(.*)$/.exec(path) ?? [];
  const near = [`${path}/`, `${path}/there-is-no-such-operation`, `/${first.toUpperCase()}${rest}`];
  return {
    name: `rest/404-route_not_found/${nameOf(path)}`,
    run: async (probe) => {
      for (const miss of near.filter((candidate) => !isDocumented(world, candidate))) {
        const answer = await sendTo(probe, operations[0]?.method ?? "GET", filledIn(miss, operations));
        checkError(
          probe,
          answer,
          404,
          closedGateCode,
          `${miss} is no path of the document, so it is answered with 404.`,
        );
      }
    },
  };
}

/** `Allow` lists the methods that there are (RFC 9110 §15.5.6); HEAD and OPTIONS may be there without being documented. */
function checkAllow(probe: Probe, answer: Answer, documented: readonly string[], tried: string): void {
  if (answer.status !== 405) return;
  const allowed = new Set((answer.headers.get("allow") ?? "").split(/\s*,\s*/).map((method) => method.toUpperCase()));
  if (documented.every((method) => allowed.has(method)) && !allowed.has(tried)) return;
  probe.fail({
    promise: "A 405 lists the methods of the path in `Allow` (RFC 9110 §15.5.6).",
    where: undefined,
    expected: `Allow: ${documented.join(", ")}`,
    found: answer.headers.has("allow") ? `Allow: ${answer.headers.get("allow") ?? ""}` : "no such header",
  });
}

async function sendTo(probe: Probe, method: string, path: string): Promise<Answer> {
  const { world } = probe;
  return probe.send({ method, url: urlOf(world, path), headers: headersOf(ownCredentials(world)) });
}

/** No operation documents this answer, so its body is held against the shape that all documented errors have. */
function checkError(probe: Probe, answer: Answer, status: number, code: string, promise: string): void {
  const found = isObject(answer.json) ? answer.json["code"] : undefined;
  if (answer.status !== status || found !== code)
    probe.fail({
      promise,
      where: undefined,
      expected: `${status} with code ${code}`,
      found: `${answer.status} with ${typeof found === "string" ? `code ${found}` : "no `code`"}`,
    });
  if (mediaTypeOf(answer) !== "application/json")
    probe.fail({
      promise: "Every error is JSON.",
      where: undefined,
      expected: "Content-Type: application/json",
      found: `Content-Type: ${answer.headers.get("content-type") ?? "none"}`,
    });
  checkErrorShape(probe, answer);
}

function checkErrorShape(probe: Probe, answer: Answer): void {
  const { operations, openapi } = probe.world;
  const responses = operations.values().flatMap((operation) => operation.responses);
  const schema = responses
    .filter(({ codes }) => codes.length === 1)
    .map(({ media }) => jsonOf(media)?.schema)
    .find((candidate) => candidate !== undefined);
  const code = schema && child(schema, "properties", "code", "const")?.value;
  if (!schema || code === undefined || !isObject(answer.json)) return;
  for (const { at, message } of openapi.validator.mismatches(schema, { ...answer.json, code }))
    probe.fail({
      promise: "An error body has the shape of every documented error body.",
      where: placeOf(schema),
      expected: `${at === "" ? "the body" : at} ${message}`,
      found: "a body that does not",
    });
}

/** The path with the examples of its parameters: nothing of that name needs to exist to refuse a method. */
function filledIn(path: string, operations: readonly Operation[]): string {
  const parameters = operations.flatMap((operation) => operation.parameters);
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((candidate) => candidate.name === name);
    return encodeURIComponent(textOf(parameter?.example ?? parameter?.schemaExample ?? "example"));
  });
}
