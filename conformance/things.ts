import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Call, Credentials } from "./calls.ts";
import { child } from "./documents.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { isOpen } from "./units.ts";
import { removes } from "./known-operations.ts";
import { isSuccess, jsonOf, parametersIn, successOf } from "./operations.ts";
import type { Operation, Parameter, ResponsePromise } from "./operations.ts";
import type { Answer, Probe } from "./probe.ts";
import { callOnThings, thingsInBody } from "./resources.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** A kind of thing that clients make: conversations, keys, secrets. Everything about it is read from links and paths. */
export interface ThingKind {
  /** The path parameter that holds its id: `conversation_id`. */
  readonly parameter: string;
  /** The field that holds its id where it is listed: the last part of the link's expression. */
  readonly field: string;
  readonly creator: Operation;
  /** The operations on the thing itself: `GET`, `PATCH` or `PUT`, and `DELETE` of the path that ends with its id. */
  readonly reader: Operation | undefined;
  readonly changer: Operation | undefined;
  readonly remover: Operation | undefined;
  /** `GET` of the path that things are created at, or of `search` below it, which asks for no ids. */
  readonly lister: Operation | undefined;
  /** Every operation that has the parameter in its path. */
  readonly users: readonly Operation[];
}

/** How a list is read page by page: the next page's parameter, where the answer holds it, and how many a page may have. */
export interface Paging {
  readonly cursor: string;
  readonly next: string;
  readonly limit: Parameter;
}

/** Every kind of thing whose ids the document's links tell of, and whose operations are served. */
export function kindsOf(world: World): ThingKind[] {
  const served = world.operations
    .values()
    .filter(({ gate, deprecation }) => isOpen(gate, world.gates) && deprecation?.state !== "gone")
    .toArray();
  return served.flatMap((creator) => {
    const own = new Set(parametersIn(creator, "path").map(({ name }) => name));
    const links = (successOf(creator)?.links ?? []).filter(({ parameter }) => !own.has(parameter));
    const byParameter = Map.groupBy(links, ({ parameter }) => parameter);
    return [...byParameter].map(([parameter, [link]]) => kindOf(served, creator, parameter, link?.expression ?? ""));
  });
}

function kindOf(served: readonly Operation[], creator: Operation, parameter: string, expression: string): ThingKind {
  const users = served.filter((operation) => parametersIn(operation, "path").some(({ name }) => name === parameter));
  const linked = new Set(successOf(creator)?.links.map(({ operationId }) => operationId));
  const on = (...methods: string[]): Operation | undefined =>
    users.find(
      ({ id, method, path }) => linked.has(id) && path.endsWith(`/{${parameter}}`) && methods.includes(method),
    );
  return {
    parameter,
    field: expression.split("/").at(-1) ?? parameter,
    creator,
    reader: on("GET"),
    changer: on("PATCH", "PUT"),
    remover: on("DELETE"),
    lister: served.find((operation) => lists(operation, creator)),
    users,
  };
}

/** Whether an operation shows all that another one has made: one that has to be told the ids shows what was asked for. */
function lists({ method, path, parameters }: Operation, creator: Operation): boolean {
  const isThere = path === creator.path || path === `${creator.path}/search`;
  return method === "GET" && isThere && !parameters.some(({ in: place, required }) => place === "query" && required);
}

/** The operation's example on one thing, whether its id stands in the path or in the body. */
export async function callOn(probe: Probe, operation: Operation, parameter: string, id: string): Promise<Call> {
  const call = await callOnThings(probe, operation);
  if (parametersIn(operation, "path").some(({ name }) => name === parameter))
    return { ...call, path: { ...call.path, [parameter]: id } };
  return withBody(call, { ...bodyOf(call), [parameter]: id });
}

/** Every operation that is about one thing of a kind, whether it names the thing in its path or in its body. */
export function operationsOn(world: World, kind: ThingKind): Operation[] {
  const inBody = world.operations
    .values()
    .filter((operation) => isOpen(operation.gate, world.gates))
    .filter((operation) => thingsInBody(world, exampleCall(world, operation)).includes(kind.parameter));
  return [...kind.users, ...inBody];
}

/**
 * The promise of an operation for a thing that is not there: its 404, where one of the codes is about this very parameter, as
 * `api_key_not_found` is about `key_id`. Undefined where the document promises none.
 */
export function absenceOf(
  operation: Operation,
  parameter: string,
): { readonly response: ResponsePromise; readonly code: string } | undefined {
  const response = operation.responses.find(({ status }) => status === 404);
  const code = response?.codes.find((candidate) => candidate.endsWith(`${parameter.replace(/_id$/, "")}_not_found`));
  return response && code !== undefined ? { response, code } : undefined;
}

/**
 * Makes a thing for one case alone, by the example of its creator.
 * @returns its id, as the link finds it in the answer
 * @throws {SetupError} when it is not made
 */
export async function make(probe: Probe, kind: ThingKind): Promise<string> {
  return (await makeFrom(probe, kind)).id;
}

/** The same, with what was asked for. */
export async function makeFrom(
  probe: Probe,
  kind: ThingKind,
): Promise<{ readonly id: string; readonly body: JsonObject }> {
  const call = await callOnThings(probe, kind.creator);
  await probe.prepare(call);
  const made = probe.world.state.made.at(-1);
  const id = made?.provider === kind.creator ? made.values[kind.parameter] : undefined;
  if (id === undefined) throw new SetupError(`The answer of ${kind.creator.id} has no ${kind.parameter}.`);
  await untilThere(probe, kind, id, call.credentials);
  return { id, body: bodyOf(call) };
}

/**
 * Waits for what comes after its creator's answer; returns at once where it is there by then.
 * @throws {SetupError} when it does not come
 */
export async function untilThere(
  probe: Probe,
  { creator, reader, parameter }: ThingKind,
  id: string,
  credentials: Credentials,
): Promise<void> {
  if (!creator.asynchronous || !reader) return;
  const { world, exchanges } = probe;
  const call = { ...(await callOn(probe, reader, parameter, id)), credentials };
  const until = Math.min(Date.now() + world.limits.startMs, world.limits.deadline);
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const { status } = await probe.call(call);
    if (isSuccess(status)) return;
    if (Date.now() > until) throw new SetupError(`What ${creator.id} was asked for did not come.`);
    exchanges.pop();
    await sleep(pause);
  }
}

/** How a list is read page by page: `next_page_id` of one answer is `page_id` of the next request. */
export function pagingOf(operation: Operation): Paging | undefined {
  const query = parametersIn(operation, "query");
  const body = jsonOf(successOf(operation)?.media ?? [])?.schema;
  const cursor = query.find(({ name }) => body && child(body, "properties", `next_${name}`));
  const limit = query.find(({ schema }) => child(schema, "type")?.value === "integer" && child(schema, "maximum"));
  return cursor && limit ? { cursor: cursor.name, next: `next_${cursor.name}`, limit } : undefined;
}

/** What a list shows: the values of its first array of objects. */
export function itemsIn(json: Json | undefined): JsonObject[] {
  if (Array.isArray(json)) return json.filter(isObject);
  const arrays = isObject(json) ? Object.values(json).filter(Array.isArray) : [];
  return (arrays[0] ?? []).filter(isObject);
}

/** The ids in a list's answer. */
export function idsIn(kind: ThingKind, json: Json | undefined): string[] {
  return itemsIn(json).flatMap((item) => {
    const id = idOfItem(kind, item);
    return typeof id === "string" || typeof id === "number" ? [String(id)] : [];
  });
}

/** A list may call the id of what it shows `id`, whatever it is called elsewhere. */
export function idOfItem({ field, parameter }: ThingKind, item: JsonObject): Json | undefined {
  return item[field] ?? item[parameter] ?? item["id"];
}

/** A walk over a list: each page's answer, in order. */
export interface Walk {
  readonly pages: readonly Answer[];
  /** Whether the list came to its end before the walk gave up. */
  readonly whole: boolean;
}

/**
 * Reads a list from its beginning.
 * @param size how many things a page is to have; the most that the document allows when left out
 * @param most pages to read at the most
 */
export async function walk(
  probe: Probe,
  lister: Operation,
  { credentials, size, most = 50 }: { credentials?: Credentials; size?: number; most?: number } = {},
): Promise<Walk> {
  const paging = pagingOf(lister);
  const base = exampleCall(probe.world, lister);
  const call = credentials ? { ...base, credentials } : base;
  if (!paging) return { pages: [await probe.prepare(call)], whole: true };
  const limit = String(size ?? Number(child(paging.limit.schema, "maximum")?.value ?? 100));
  const pages: Answer[] = [];
  let cursor: Json | undefined;
  while (pages.length < most) {
    const query = {
      ...call.query,
      [paging.limit.name]: limit,
      ...(typeof cursor === "string" && { [paging.cursor]: cursor }),
    };
    const answer = await probe.prepare({ ...call, query });
    pages.push(answer);
    cursor = isObject(answer.json) ? answer.json[paging.next] : undefined;
    if (typeof cursor !== "string") return { pages, whole: true };
  }
  return { pages, whole: false };
}

/** The ids that a walk has shown, in order. */
export function idsOf(kind: ThingKind, { pages }: Walk): string[] {
  return pages.flatMap(({ json }) => idsIn(kind, json));
}

/** Whether an operation changes what it is called on, so that it is not to be tried on things that others use. */
export function changes(operation: Operation): boolean {
  return operation.method !== "GET" || removes(operation);
}
