import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { exampleCall } from "../../../conformance/calls.ts";
import type { Call } from "../../../conformance/calls.ts";
import type { Expectation } from "../../../conformance/http/checks.ts";
import { isObject } from "../../../conformance/json.ts";
import type { Channel } from "../../../conformance/messages.ts";
import type { Operation } from "../../../conformance/operations.ts";
import { createProbe } from "../../../conformance/probe.ts";
import type { Answer, Probe } from "../../../conformance/probe.ts";
import { createWorld } from "../../../conformance/run.ts";
import { noSightings } from "../../../conformance/cover/sightings.ts";
import { createSecrets } from "../../../conformance/secrets.ts";
import { isOpen } from "../../../conformance/units.ts";
import type { World } from "../../../conformance/world.ts";
import type { Cleanup } from "../../support/start-server.ts";

/**
 * A state of the server that no client can bring about, by configuration or by a fault behind a port. What it answers in that
 * state is judged like every answer of a run.
 */
export interface Situation {
  readonly name: string;
  /** Brings it about. @returns the names of what has been met in it: `rest/settings.get/500-internal_error` */
  readonly meet: (t: Cleanup) => Promise<string[]>;
}

/** What judges a server: the same as in a run, without its cases. */
export interface Judge {
  readonly world: World;
  readonly probe: Probe;
  readonly met: string[];
  readonly channel: Channel;
  /** Sends a call, holds the answer against the document, and notes what it was. */
  ask(call: Call, expected: Expectation): Promise<Answer>;
  /** The same for the example of each operation that `suits`. */
  askAll(suits: (operation: Operation) => boolean, expected: Expectation, headers?: Call["headers"]): Promise<void>;
  /** The operation of an id. */
  operation(id: string): Operation;
  /** What has been met. @throws when a promise was broken */
  verdict(): string[];
}

/** The documents with their validators, which take long to make: they are the same for every server. */
let shared: Promise<World> | undefined;

function load({ url }: { readonly url: string }): Promise<World> {
  return createWorld({ url, openapi: published("openapi"), asyncapi: published("asyncapi") }, Date.now());
}

/** The world of another server, with nothing made in it. */
function worldOf(world: World, { url, key }: { url: string; key: string }, gates: World["gates"]): World {
  const deadline = Date.now() + 120_000;
  const state = { ...world.state, made: [], singletons: new Map() };
  const limits = { ...world.limits, deadline };
  return {
    ...world,
    url: new URL(url),
    key,
    gates,
    limits,
    secrets: createSecrets(key),
    sightings: noSightings(),
    state,
  };
}

const published = (kind: string): string => fileURLToPath(new URL(`../../../${kind}.yaml`, import.meta.url));

/** @param server where it listens, and a key that is good there */
export async function judgeAt(
  server: { readonly url: string; readonly key: string },
  gates: { readonly oidc?: boolean } = {},
): Promise<Judge> {
  const world = worldOf(await (shared ??= load(server)), server, { v1: true, oidc: gates.oidc ?? false });
  const probe = createProbe(world);
  const met: string[] = [];
  const [channel] = world.channels;
  assert.ok(channel, "the document has a channel");

  async function ask(call: Call, expected: Expectation): Promise<Answer> {
    const answer = await probe.call(call, expected);
    const code = isObject(answer.json) ? answer.json["code"] : undefined;
    met.push(`rest/${call.operation.id}/${answer.status}${typeof code === "string" ? `-${code}` : ""}`);
    return answer;
  }

  return {
    world,
    probe,
    met,
    channel,
    ask,
    async askAll(suits, expected, headers = {}) {
      const served = world.operations.values().filter(({ gate }) => isOpen(gate, world.gates));
      for (const operation of served.filter(suits)) {
        const call = exampleCall(world, operation);
        await ask({ ...call, headers: { ...call.headers, ...headers } }, expected);
      }
    },
    operation(id) {
      const operation = world.operations.get(id);
      assert.ok(operation, `the document has an operation ${id}`);
      return operation;
    },
    verdict() {
      assert.deepEqual(probe.failures, [], JSON.stringify(probe.exchanges.at(-1)));
      return met;
    },
  };
}

/** Whether an operation documents an answer. */
export function promises(status: number, code: string): (operation: Operation) => boolean {
  return ({ responses }) => responses.some((response) => response.status === status && response.codes.includes(code));
}
