import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Call } from "./calls.ts";
import { child, children } from "./documents.ts";
import type { HttpAnswer } from "./http/exchange.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { knownOperations, removes, runningStatus, usesUp } from "./known-operations.ts";
import { followLinks } from "./links.ts";
import { isSuccess, jsonOf, namingFields, parametersIn, successOf } from "./operations.ts";
import type { MediaType, Operation } from "./operations.ts";
import type { Probe } from "./probe.ts";
import type { Failure } from "./results.ts";
import { startTaskIn, startedBy } from "./start-tasks.ts";
import { idempotencyKey } from "./recipes/idempotency-key.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** Something that the run has made on the server, and therefore removes. */
export interface Made {
  readonly provider: Operation;
  /** The path parameters that it supplies: `conversation_id`. */
  readonly values: Readonly<Record<string, string>>;
  /** The task that makes it after the answer has come; undefined for what was there with the answer. */
  readonly task: string | undefined;
  /** Whether cases may use it; what a case has made for itself is not shared. */
  shared: boolean;
  /** Whether later cases go on with it although it is not shared like others, as with a conversation that has been stopped. */
  kept: boolean;
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
export function thingsInQuery(world: World, call: Call): string[] {
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
  keep(probe.world, value);
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
  const task = startTaskIn(call, answer);
  // The first answer, given again, has made nothing; what is made after its end, by the same name, is there again.
  const mayBeRepeated = idempotencyKey in call.headers;
  const known = world.state.made.some(
    (made) =>
      made.provider === call.operation &&
      isDeepStrictEqual([made.values, made.task], [values, task]) &&
      (mayBeRepeated || !made.gone),
  );
  if ((Object.keys(values).length > 0 || task !== undefined) && !known)
    world.state.made.push({ provider: call.operation, values, task, shared: false, kept: false, gone: false });
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
  const before = await probe.call(exampleCall(world, pair.reader));
  world.state.singletons.set(operation.path, pick(before.json, readableNames(pair)));
  await probe.prepare(exampleCall(world, pair.writer));
}

/**
 * Writes back where an operation writes a thing that exists once, and then the example, as the cases after this one expect
 * it. Does nothing for another operation.
 */
export async function putBackSingleton(probe: Probe, operation: Operation): Promise<void> {
  const { world } = probe;
  const pair = singletonAt(world, operation.path);
  const before = world.state.singletons.get(operation.path);
  if (pair?.writer !== operation || before === undefined) return;
  const example = exampleCall(world, operation);
  await probe.prepare(withBody(example, before));
  await probe.prepare(example);
}

/**
 * The fields of an operation's body that can be written and not read, where it writes a thing that exists once: what was
 * there could not be put back.
 */
export function writeOnlyNames(world: World, operation: Operation): string[] {
  const pair = singletonAt(world, operation.path);
  if (pair?.writer !== operation) return [];
  const readable = readableNames(pair);
  return fieldsOf(jsonOf(operation.body?.media ?? [])).filter((name) => !readable.includes(name));
}

/** How many things the run has made so far. */
export function countMade({ state }: World): number {
  return state.made.length;
}

/** Removes what was made after `count` things had been, except what is shared between cases. */
export async function removeSince(probe: Probe, count: number): Promise<void> {
  for (const made of probe.world.state.made.slice(count)) if (!isForLater(made)) await remove(probe, made);
}

/**
 * Removes, when a case is over, what it alone has used, so that the server's limit of running conversations does not stop those
 * that are shared. What cannot be removed is left for the end of the run, which tells of it.
 */
export async function tidy(probe: Probe, count: number): Promise<void> {
  for (const made of probe.world.state.made.slice(count)) {
    const remover = made.gone || isForLater(made) ? undefined : removerOf(probe.world, made);
    const values = remover && (await valuesWhenMade(probe, made, remover));
    if (remover && values) await probe.call(exampleCall(probe.world, remover, values));
  }
}

/** Has later cases find what has this id, although it is not shared like others. */
export function keep({ state }: World, id: string): void {
  for (const made of state.made) made.kept ||= Object.values(made.values).includes(id);
}

function isForLater({ shared, kept }: Made): boolean {
  return shared || kept;
}

/** Removes what the run has made and writes back what it has changed. */
export async function cleanUp(probe: Probe): Promise<void> {
  const { world } = probe;
  for (const made of world.state.made) await remove(probe, made);
  for (const [path, value] of world.state.singletons) {
    const pair = singletonAt(world, path);
    if (pair) await probe.prepare(withBody(exampleCall(world, pair.writer), value));
  }
}

async function remove(probe: Probe, made: Made): Promise<void> {
  const { world } = probe;
  const remover = made.gone ? undefined : removerOf(world, made);
  const values = remover && (await valuesWhenMade(probe, made, remover));
  if (!remover || !values) return;
  const answer = await probe.call(exampleCall(world, remover, values));
  made.gone ||= isSuccess(answer.status) || answer.status === 404; // told once
  if (!isSuccess(answer.status))
    throw new SetupError(`${remover.id} answered ${answer.status}: ${JSON.stringify(values)} is left on the server.`);
}

/** What is made in the background has to be there before it can be removed; where that has failed, nothing is to be removed. */
async function valuesWhenMade(probe: Probe, made: Made, remover: Operation): Promise<Made["values"] | undefined> {
  if (made.task === undefined) return made.values;
  const id = await startedBy(probe, made.task);
  made.gone ||= id === undefined;
  return id === undefined
    ? undefined
    : { ...made.values, ...Object.fromEntries(parametersIn(remover, "path").map(({ name }) => [name, id])) };
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
export async function untilRunning(probe: Probe, made: Made): Promise<void> {
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

/** The fields that both sides of a singleton name. */
function readableNames({ reader, writer }: Singleton): string[] {
  const readable = fieldsOf(jsonOf(successOf(reader)?.media ?? []));
  return fieldsOf(jsonOf(writer.body?.media ?? [])).filter((name) => readable.includes(name));
}

function fieldsOf(media: MediaType | undefined): string[] {
  return children(media?.schema && child(media.schema, "properties")).map(([name]) => name);
}

/** The named fields of a value; null, which resets a field, for those that it has not. */
function pick(value: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, (isObject(value) ? value[name] : undefined) ?? null]));
}
