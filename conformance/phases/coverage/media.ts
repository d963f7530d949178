import { isDeepStrictEqual } from "node:util";
import type { Case } from "../../case.ts";
import type { Call } from "../../calls.ts";
import { placeOf } from "../../documents.ts";
import { isObject } from "../../json.ts";
import { isJson, jsonOf, parametersIn, responseFor, successOf } from "../../operations.ts";
import type { MediaType, Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { unknownId } from "../../recipes/ammunition.ts";
import { plantExample } from "../../recipes/workspace.ts";
import { callOnThings, prepareSingleton, thingsInQuery } from "../../resources.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/**
 * `rest/settings.get/coverage/media`: a client that asks for one of the media types of an answer gets that one, and the
 * same in each of them.
 */
export function mediaCases(world: World): Case[] {
  return [...world.operations.values()]
    .filter(({ method, gate }) => method === "GET" && isOpen(gate, world.gates))
    .flatMap((operation) => {
      const media = successOf(operation)?.media.filter(({ name }) => isJson(name)) ?? [];
      const plain = jsonOf(media);
      const others = media.filter((one) => one !== plain);
      if (!plain || others.length === 0) return [];
      const run = (probe: Probe): Promise<void> => compare(probe, operation, plain, others);
      return [{ name: `rest/${operation.id}/coverage/media`, run }];
    });
}

/** `rest/conversations.get/coverage/media-of-404`: an error comes in each of the media types that the document lists for it. */
export function errorMediaCases(world: World): Case[] {
  return [...world.operations.values()]
    .filter((operation) => isOpen(operation.gate, world.gates) && parametersIn(operation, "path").length > 0)
    .flatMap((operation) => {
      const media = responseFor(operation, 404)?.media.filter(({ name }) => isJson(name)) ?? [];
      const name = `rest/${operation.id}/coverage/media-of-404`;
      return media.length < 2 ? [] : [{ name, run: (probe: Probe) => askForNothing(probe, operation, media) }];
    });
}

async function askForNothing(probe: Probe, operation: Operation, media: readonly MediaType[]): Promise<void> {
  const call = onNothing(probe, await callOnThings(probe, operation));
  for (const { name: accept } of media)
    await probe.call({ ...call, headers: { ...call.headers, Accept: accept } }, { status: 404, accept });
}

/** What a call is about is not there: what its query names, where a path leads on from that, else what its path names. */
function onNothing(probe: Probe, call: Call): Call {
  const named = thingsInQuery(probe.world, call).map((name) => [name, unknownId(call.query[name] ?? "")] as const);
  if (named.length > 0) return { ...call, query: { ...call.query, ...Object.fromEntries(named) } };
  const path = Object.entries(call.path).map(([name, value]) => [name, unknownId(value)] as const);
  return { ...call, path: Object.fromEntries(path) };
}

async function compare(
  probe: Probe,
  operation: Operation,
  plain: MediaType,
  others: readonly MediaType[],
): Promise<void> {
  await prepareSingleton(probe, operation);
  const call = await callOnThings(probe, operation);
  await plantExample(probe, call);
  const status = successOf(operation)?.status ?? 200;
  const ask = (accept: string): Promise<Answer> =>
    probe.call({ ...call, headers: { ...call.headers, Accept: accept } }, { status, accept });
  for (const { name } of others) {
    const before = await ask(plain.name);
    const other = await ask(name);
    const after = await ask(plain.name);
    // What changes by itself cannot be compared.
    if (!isDeepStrictEqual(before.json, after.json)) continue;
    const inside = isObject(other.json) ? Object.values(other.json) : [];
    if ([other.json, ...inside].some((value) => isDeepStrictEqual(value, before.json))) continue;
    probe.fail({
      promise: `An answer of type ${name} holds the same as one of type ${plain.name}.`,
      where: placeOf(operation.node),
      expected: before.text.slice(0, 500),
      found: other.text.slice(0, 500),
    });
  }
}
