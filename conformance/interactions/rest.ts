import { exampleCall, withBody } from "../calls.ts";
import type { Call } from "../calls.ts";
import { effectful } from "../effects.ts";
import { parseJson, textOf } from "../json.ts";
import type { Json } from "../json.ts";
import { needsOthers, usesUp } from "../known-operations.ts";
import { jsonOf, parametersIn, successOf } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { parameterValue } from "../parameter-text.ts";
import type { Probe } from "../probe.ts";
import { unknownId } from "../recipes/ammunition.ts";
import { plantExample } from "../recipes/workspace.ts";
import {
  callOnThings,
  countMade,
  pathFor,
  prepareSingleton,
  putBackSingleton,
  removeSince,
  thingsInBody,
  writeOnlyNames,
} from "../resources.ts";
import { spareTokens } from "../tokens.ts";
import { isOpen } from "../units.ts";
import type { World } from "../world.ts";
import type { Interaction, Part, Trial, Values } from "./interaction.ts";
import { judgeAnswer } from "./rest-verdict.ts";

/** Every operation that takes something and is not gone. */
export function restInteractions(world: World): Interaction[] {
  return [...world.operations.values()]
    .filter((operation) => successOf(operation) !== undefined && !needsOthers(operation))
    .filter(({ gate, deprecation }) => isOpen(gate, world.gates) && deprecation?.state !== "gone")
    .map((operation) => {
      const parts = partsOf(world, operation);
      return { name: `rest/${operation.id}`, parts, open: (probe) => openOperation(probe, operation, parts) };
    });
}

/** The JSON body of an operation and its parameters. What a form holds is bytes, which no schema describes. */
function partsOf(world: World, operation: Operation): Part[] {
  const { validator, document } = world.openapi;
  const json = jsonOf(operation.body?.media ?? []);
  const source = {
    root: document.root,
    kept: keptIn(world, operation),
    omitted: new Set(writeOnlyNames(world, operation)),
  };
  const body: Part[] = json?.schema
    ? [
        {
          name: "body",
          place: "body",
          key: "",
          schema: json.schema,
          required: operation.body?.required === true,
          validator,
          source,
        },
      ]
    : [];
  const parameters = (["path", "query", "header"] as const).flatMap((place) =>
    parametersIn(operation, place).map((parameter): Part => ({
      name: `${place}.${parameter.name}`,
      place,
      key: parameter.name,
      schema: parameter.schema,
      required: parameter.required,
      validator,
      source,
    })),
  );
  return [...body, ...parameters];
}

/** What has an effect beyond the run, and what must name a thing that the run has made. */
function keptIn(world: World, operation: Operation): ReadonlySet<string> {
  return new Set([...effectful, ...thingsInBody(world, exampleCall(world, operation))]);
}

/** What writes has a thing of its own, so that what others read stays short. */
async function openOperation(probe: Probe, operation: Operation, parts: readonly Part[]): Promise<Trial> {
  const { world } = probe;
  await prepareSingleton(probe, operation);
  await spareTokens(probe, operation);
  const stocked = countMade(world);
  const example = await callOnThings(probe, operation, operation.method !== "GET" && !usesUp(operation));
  await plantExample(probe, example);
  const base = valuesOf(parts, usesUp(operation) ? onNothing(example) : example);
  const accepts = successOf(operation)?.media.map(({ name }) => name) ?? [];
  await stock(probe, operation);
  let attempts = 0;
  return {
    base,
    async attempt(own, values) {
      const count = countMade(world);
      const accept = accepts[(attempts += 1) % accepts.length];
      const call = withCharset(callOf(example, await onOwnThing(own, operation, base, values)), attempts % 3 === 0);
      const headers = accept === undefined ? call.headers : { ...call.headers, Accept: accept };
      const answer = await own.call({ ...call, headers });
      for (const failure of judgeAnswer(operation, answer, values)) own.fail(failure);
      await removeSince(own, count);
    },
    async close(own) {
      await putBackSingleton(own, operation);
      await removeSince(own, stocked);
    },
  };
}

/** A list shows whether a limit is kept only when there is more than one thing in it: two are made where its things are made. */
async function stock(probe: Probe, operation: Operation): Promise<void> {
  const { world } = probe;
  if (!parametersIn(operation, "query").some(({ name }) => name === "limit")) return;
  const maker = [...world.operations.values()].find(
    ({ path, method, ...other }) =>
      path === operation.path && method === "POST" && successOf({ path, method, ...other })?.links.length,
  );
  if (maker) for (const _ of [1, 2]) await probe.prepare(await callOnThings(probe, maker));
}

/** The same JSON, said to be in UTF-8, which changes nothing (RFC 8259 §11). */
function withCharset(call: Call, isSaid: boolean): Call {
  return call.body && isSaid ? { ...call, body: { ...call.body, type: `${call.body.type}; charset=utf-8` } } : call;
}

/** What an operation would remove or stop is not there, so that it can be tried with any values. */
function onNothing(call: Call): Call {
  const path = Object.entries(call.path).map(([name, value]) => [name, unknownId(value)] as const);
  return { ...call, path: Object.fromEntries(path) };
}

/** An operation with a body that uses up what it is called on is called on something new each time. */
async function onOwnThing(probe: Probe, operation: Operation, base: Values, values: Values): Promise<Values> {
  const paths = [...values].filter(([part]) => part.place === "path");
  const isOther = paths.some(([part, value]) => value !== base.get(part));
  if (!operation.body || !usesUp(operation) || isOther) return values;
  const own = await pathFor(probe, operation, true);
  return new Map([...values].map(([part, value]) => [part, part.place === "path" ? own[part.key] : value]));
}

/** The values of a call's parts. */
function valuesOf(parts: readonly Part[], call: Call): Map<Part, Json | undefined> {
  const places = { path: call.path, query: call.query, header: call.headers };
  return new Map(
    parts.map((part) => {
      if (part.place === "body" || part.place === "frame") return [part, call.body && parseJson(call.body.text)];
      const text = places[part.place][part.key];
      return [part, text === undefined ? undefined : parameterValue(part.schema, text)];
    }),
  );
}

/** The call with the values of its parts. */
function callOf(call: Call, values: Values): Call {
  const texts = (place: Part["place"]): Record<string, string> =>
    Object.fromEntries(
      [...values].flatMap(([part, value]) =>
        part.place === place && value !== undefined ? [[part.key, textOf(value)] as const] : [],
      ),
    );
  const body = [...values].find(([{ place }]) => place === "body");
  const bare = { ...call, path: texts("path"), query: texts("query"), headers: texts("header") };
  if (!body) return bare;
  return body[1] === undefined ? { ...bare, body: undefined } : withBody(bare, body[1]);
}
