import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Call } from "./calls.ts";
import { child } from "./documents.ts";
import type { HttpAnswer } from "./http/exchange.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { knownOperations, removes, runningStatus, usesUp } from "./known-operations.ts";
import { followLinks } from "./links.ts";
import { isSuccess, jsonOf, namingFields, parametersIn, successOf } from "./operations.ts";
import type { Operation } from "./operations.ts";
import type { Probe } from "./probe.ts";
import type { Failure } from "./results.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** Something that the run has made on the server, and therefore removes. */
export interface Made {
  readonly provider: Operation;
  /** The path parameters that it supplies: `conversation_id`. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether cases may use it; what a case has made for itself is not shared. */
  shared: boolean;
  gone: boolean;
}

/**
 * The path parameters of an operation, taken from things that the links of the document say can supply them. They are made
 * when they are first needed and then shared, except where `own` asks for things that may be used up.
 * @throws {SetupError} when one cannot be made
 */
export async function pathFor(probe: Probe, operation: Operation, own = false): Promise<Record<string, string>> {
  const path: Record<string, string> = {};
  for (const { name } of parametersIn(operation, "path")) {
    const provider = providerOf(probe.world, name, operation.id);
    if (provider) path[name] = (await provide(probe, name, provider, own)).values[name] ?? "";
  }
  return path;
}

/**
 * The example of an operation on things that exist: those of its path, and those that its query or body names as a path would.
 * @throws {SetupError} when one cannot be made
 */
export async function callOnThings(probe: Probe, operation: Operation, own = false): Promise<Call> {
  const call = exampleCall(probe.world, operation, await pathFor(probe, operation, own));
  const query: Record<string, string> = {};
  for (const name of thingsInQuery(probe.world, call)) query[name] = await valueOf(probe, name, own);
  const names = thingsInBody(probe.world, call);
  if (names.length === 0) return { ...call, query: { ...call.query, ...query } };
  const values: JsonObject = {};
  for (const name of names) values[name] = await valueOf(probe, name, own);
  return withBody({ ...call, query: { ...call.query, ...query } }, { ...bodyOf(call), ...values });
}

/** The parameters of a call's query that hold what a link supplies as a path parameter: `sandbox_id`. */
function thingsInQuery(world: World, call: Call): string[] {
  return Object.keys(call.query).filter((name) => name.endsWith("_id") && providerOf(world, name) !== undefined);
}

/** The fields of a call's body that hold what a link supplies as a path parameter: `conversation_id`. */
export function thingsInBody(world: World, call: Call): string[] {
  const naming = namingFields(call.operation);
  return Object.keys(bodyOf(call)).filter((name) => !naming.includes(name) && providerOf(world, name) !== undefined);
}

/**
 * The value of a path parameter, from a thing that is shared between cases, or from one made for this case alone.
 * @throws {SetupError} when no link supplies the parameter, or it cannot be made
 */
export async function valueOf(probe: Probe, parameter: string, own = false): Promise<string> {
  const provider = providerOf(probe.world, parameter);
  if (!provider) throw new SetupError(`No link of the OpenAPI document supplies ${parameter}.`);
  return (await provide(probe, parameter, provider, own)).values[parameter] ?? "";
}

/** The id of a conversation that has been stopped. It is shared: a stopped conversation takes nothing. */
export async function stoppedConversation(probe: Probe, parameter: string): Promise<string> {
  const { state, operations } = probe.world;
  if (state.stopped !== undefined) return state.stopped;
  const stop = operations.get(knownOperations.stopConversation);
  if (!stop) throw new SetupError(`The document has no operation ${knownOperations.stopConversation}.`);
  const value = await valueOf(probe, parameter, true);
  await probe.prepare(exampleCall(probe.world, stop, { [parameter]: value }));
  state.stopped = value;
  return value;
}

/**
 * Remembers what an answer has made or removed, whatever case it belongs to.
 * @returns a failure for each link of the answer's status that its body cannot satisfy
 */
export function noteAnswer(world: World, call: Call, answer: HttpAnswer): Failure[] {
  if (!isSuccess(answer.status)) return [];
  if (usesUp(call.operation)) for (const made of world.state.made) noteUsedUp(made, call);
  const { values, broken } = followLinks(call, answer);
  // The first answer, given again, has made nothing.
  const known = world.state.made.some(
    (made) => made.provider === call.operation && isDeepStrictEqual(made.values, values),
  );
  if (Object.keys(values).length > 0 && !known)
    world.state.made.push({ provider: call.operation, values, shared: false, gone: false });
  return [...broken];
}

/**
 * Makes sure that something has been written where an operation reads or writes a thing that exists once (the settings),
 * after remembering what was there.
 */
export async function prepareSingleton(probe: Probe, operation: Operation): Promise<void> {
  const { world } = probe;
  const pair = singletonAt(world, operation.path);
  if (!pair || world.state.singletons.has(operation.path)) return;
  const writing = exampleCall(world, pair.writer);
  const before = await probe.call(exampleCall(world, pair.reader));
  world.state.singletons.set(operation.path, pick(before.json, Object.keys(bodyOf(writing))));
  await probe.prepare(writing);
}

/** Removes what the run has made and writes back what it has changed. */
export async function cleanUp(probe: Probe): Promise<void> {
  const { world } = probe;
  for (const made of world.state.made.filter(({ gone }) => !gone)) {
    const remover = removerOf(world, made);
    if (!remover) continue;
    const answer = await probe.call(exampleCall(world, remover, made.values));
    if (!isSuccess(answer.status))
      throw new SetupError(
        `${remover.id} answered ${answer.status}: ${JSON.stringify(made.values)} is left on the server.`,
      );
  }
  for (const [path, value] of world.state.singletons) {
    const pair = singletonAt(world, path);
    if (pair) await probe.prepare(withBody(exampleCall(world, pair.writer), value));
  }
}

/**
 * The operation whose answer supplies a parameter: by a link to `target`, or to any operation when none is named. One that
 * needs the parameter itself, since it renames, makes nothing.
 */
function providerOf(world: World, parameter: string, target?: string): Operation | undefined {
  return world.operations
    .values()
    .filter((operation) => parametersIn(operation, "path").every(({ name }) => name !== parameter))
    .find((operation) =>
      successOf(operation)?.links.some(
        (link) => link.parameter === parameter && (target === undefined || link.operationId === target),
      ),
    );
}

async function provide(probe: Probe, parameter: string, provider: Operation, own: boolean): Promise<Made> {
  const { made } = probe.world.state;
  const known = made.find((entry) => entry.provider === provider && entry.shared && !entry.gone);
  if (known && !own) return known;
  await probe.prepare(exampleCall(probe.world, provider, await pathFor(probe, provider)));
  const fresh = made.at(-1);
  if (fresh?.provider !== provider || fresh.values[parameter] === undefined)
    throw new SetupError(`The answer of ${provider.id} has no ${parameter} where its link says.`);
  fresh.shared = !own;
  await untilRunning(probe, fresh);
  return fresh;
}

/** Waits until a conversation that was made takes actions; other things are ready at once. */
async function untilRunning(probe: Probe, made: Made): Promise<void> {
  const { world } = probe;
  const read = world.operations.get(knownOperations.readConversation);
  if (!read || !successOf(made.provider)?.links.some(({ operationId }) => operationId === read.id)) return;
  const until = Math.min(Date.now() + world.limits.startMs, world.limits.deadline);
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const { json } = await probe.prepare(exampleCall(world, read, made.values));
    const status = isObject(json) ? json["status"] : undefined;
    if (status === undefined || status === runningStatus) return;
    if (Date.now() > until || status === "ERROR")
      throw new SetupError(
        `The conversation did not come to ${runningStatus}; its status is ${JSON.stringify(status)}.`,
      );
    probe.exchanges.pop();
    await sleep(pause);
  }
}

function noteUsedUp(made: Made, call: Call): void {
  const parameters = parametersIn(call.operation, "path").map(({ name }) => name);
  if (!parameters.some((name) => made.values[name] !== undefined && made.values[name] === call.path[name])) return;
  made.shared = false;
  if (removes(call.operation)) made.gone = true;
}

function removerOf(world: World, made: Made): Operation | undefined {
  const links = successOf(made.provider)?.links ?? [];
  return links
    .map(({ operationId }) => world.operations.get(operationId))
    .find((operation) => operation?.method === "DELETE");
}

interface Singleton {
  readonly reader: Operation;
  readonly writer: Operation;
}

/** A path without parameters where one operation reads what another one writes, by the same names. */
function singletonAt(world: World, path: string): Singleton | undefined {
  const here = world.operations
    .values()
    .filter((operation) => operation.path === path)
    .toArray();
  const reader = here.find(({ method }) => method === "GET");
  const writer = here.find(({ method, body }) => body !== undefined && ["POST", "PUT", "PATCH"].includes(method));
  if (!reader || !writer || parametersIn(reader, "path").length > 0) return undefined;
  const schema = jsonOf(successOf(reader)?.media ?? [])?.schema;
  const written = Object.keys(bodyOf(exampleCall(world, writer)));
  const readable = schema && written.length > 0 && written.every((name) => child(schema, "properties", name));
  return readable ? { reader, writer } : undefined;
}

/** The named fields of a value; null, which resets a field, for those that it has not. */
function pick(value: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, (isObject(value) ? value[name] : undefined) ?? null]));
}
