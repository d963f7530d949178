import { isObject } from "../../conformance/json.ts";
import type { JsonObject } from "../../conformance/json.ts";
import { withoutNames } from "../addresses.ts";
import { compareComponents } from "../components.ts";
import { compareRest } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { isGone, noticeOf, removalVerdict } from "../deprecation.ts";
import { at, membersOf, objectAt, rootOf, textAt } from "../place.ts";
import type { ApiDocument, Place } from "../place.ts";
import { compareServers } from "../servers.ts";
import { compareOperations } from "./operations.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** An operation, and what it shares with others of its path. */
export interface Operation {
  readonly place: Place;
  readonly path: Place;
  /** `POST /api/settings`. */
  readonly name: string;
  readonly address: string;
}

/** Every change of an OpenAPI document (3.0 or 3.1). */
export function compareOpenApi(context: Context, old: ApiDocument, next: ApiDocument): void {
  const sides = { old: rootOf(old), new: rootOf(next) };
  const [before, after] = [operationsOf(sides.old), operationsOf(sides.new)];
  for (const [key, operation] of before) {
    const other = after.get(key);
    if (other) compareOne(context, operation, other);
    else reportRemoved(context, sides, operation, after);
  }
  for (const [key, { name, place }] of after) {
    if (!before.has(key))
      context.recorder.add({ rule: "operation-added", old: sides.old, new: place, what: `${name} is new.` }, name);
  }
  comparePaths(context, sides);
  compareServers(context, sides, serversOf);
  compareComponents(context, sides);
  compareRest(context, sides, [
    "openapi",
    "info",
    "servers",
    "paths",
    "components",
    "security",
    "externalDocs",
    "tags",
  ]);
  compareTexts(context, sides);
}

/** The operations by method and path, whatever the parts of the path are called. */
function operationsOf(root: Place): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [address, path] of membersOf(at(root, "paths"))) {
    for (const method of methods) {
      const place = at(path, method);
      if (!place) continue;
      const key = `${method} ${withoutNames(address)}`;
      found.set(key, { place, path, address, name: `${method.toUpperCase()} ${address}` });
    }
  }
  return found;
}

function compareOne(context: Context, old: Operation, next: Operation): void {
  const [before, after] = [noticeOf(objectAt(old.place)), noticeOf(objectAt(next.place))];
  if (isGone(before) || !isGone(after)) return compareOperations(context, old, next);
  context.recorder.add(
    {
      rule: "operation-gone",
      old: old.place,
      new: next.place,
      what: `${next.name} is gone and only says so.`,
      ...removalVerdict(before, context.today),
    },
    next.name,
  );
}

function reportRemoved(
  context: Context,
  { new: root }: Sides,
  { place, name }: Operation,
  after: Map<string, Operation>,
) {
  const id = textAt(place, "operationId");
  const moved = [...after.values()].find((other) => id !== undefined && textAt(other.place, "operationId") === id);
  context.recorder.add(
    {
      rule: "operation-removed",
      old: place,
      new: moved?.place ?? root,
      before: name,
      ...(moved && { after: moved.name }),
      what: `${name} is gone${moved ? `; \`${id}\` is ${moved.name} now` : ""}.`,
      ...removalVerdict(noticeOf(objectAt(place)), context.today),
    },
    name,
  );
}

/** What stands beside the operations of a path. */
function comparePaths(context: Context, sides: Sides): void {
  const [before, after] = [membersOf(at(sides.old, "paths")), membersOf(at(sides.new, "paths"))];
  for (const [address, old] of before) {
    const next = after.get(address);
    if (next) compareRest(context, { old, new: next }, [...methods, "parameters", "$ref"], address);
  }
}

function serversOf(root: Place): Map<string, Place> {
  const servers = [...membersOf(at(root, "servers")).values()];
  return new Map(servers.map((server) => [textAt(server, "url") ?? "/", server]));
}

/** What is for people alone. */
function compareTexts(context: Context, { old, new: next }: Sides): void {
  for (const keyword of ["openapi", "info", "tags", "externalDocs"]) {
    const [before, after] = [pick(old, keyword), pick(next, keyword)];
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    const places = { old: at(old, keyword) ?? old, new: at(next, keyword) ?? next };
    context.recorder.add({
      rule: "documentation-changed",
      ...places,
      before: before ?? null,
      after: after ?? null,
      what: `\`${keyword}\` is changed.`,
    });
  }
}

function pick(root: Place, keyword: string): JsonObject[string] | undefined {
  return isObject(root.value) ? root.value[keyword] : undefined;
}
