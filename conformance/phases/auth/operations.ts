import { exampleCall } from "../../calls.ts";
import type { Call, Credentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf, textAt } from "../../documents.ts";
import { needsOthers } from "../../known-operations.ts";
import { parametersIn } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { readOnlyCredentials } from "../../read-only.ts";
import { badProof, badStates, canRevoke, carriedBy } from "../../recipes/bad-credentials.ts";
import type { BadState } from "../../recipes/bad-credentials.ts";
import { unknownId } from "../../recipes/ammunition.ts";
import { callOnThings } from "../../resources.ts";
import { securitySchemes } from "../../security-schemes.ts";
import { sessionCredentials } from "../../sessions.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/**
 * Who may call what: an operation that needs credentials refuses whoever has none that are good, in the same words whatever
 * it is asked about; one that only reads takes a read-only key; one that needs none answers everybody alike.
 */
export function operationCases(world: World): Case[] {
  const served = world.operations
    .values()
    .filter(({ gate, deprecation }) => isOpen(gate, world.gates) && deprecation?.state !== "gone")
    .toArray();
  return served.flatMap((operation, index) =>
    operation.needsCredentials ? guardedCases(world, operation, index) : publicCases(operation),
  );
}

function guardedCases(world: World, operation: Operation, index: number): Case[] {
  const base = `auth/${operation.id}`;
  if (!operation.responses.some(({ status }) => status === 401)) return [];
  const states = canRevoke(world) ? badStates : badStates.filter((state) => state !== "revoked");
  const readable = textAt(operation.node, "x-scope") === "read" && canRevoke(world);
  return [
    ...states.map((state, turn) => ({
      name: `${base}/${state}`,
      run: (probe: Probe) => refuse(probe, operation, state, index + turn),
    })),
    ...(parametersIn(operation, "path").length > 0
      ? [{ name: `${base}/nothing-told`, run: (probe: Probe) => tellNothing(probe, operation) }]
      : []),
    ...(readable ? [{ name: `${base}/read-only`, run: (probe: Probe) => admitReader(probe, operation) }] : []),
    ...(lists(operation, 403, "origin_forbidden")
      ? [{ name: `${base}/no-origin`, run: (probe: Probe) => refuseWithoutOrigin(probe, operation) }]
      : []),
  ];
}

/**
 * Sends what is no good in one of the ways that credentials go. Each state meets each operation and each way, and not every
 * way for every operation: servers count wrong keys, and may shut out who sends many.
 */
async function refuse(probe: Probe, operation: Operation, state: BadState, turn: number): Promise<void> {
  const schemes = securitySchemes(probe.world);
  const [, scheme] = schemes[turn % schemes.length] ?? [];
  if (!scheme) return;
  const credentials = carriedBy(scheme, await badProof(state, probe), probe);
  const call = { ...(await callOnThings(probe, operation)), credentials };
  const answer = await probe.call(call);
  if (answer.status === 401) return;
  probe.fail({
    promise: `${operation.id} needs credentials that are good; ${state} ones are not.`,
    where: `${placeOf(operation.node)}/security`,
    expected: "status 401",
    found: `status ${answer.status}`,
  });
}

/** Whoever has not said who it is learns nothing: what is there and what is not get the same answer. */
async function tellNothing(probe: Probe, operation: Operation): Promise<void> {
  const call: Call = { ...(await callOnThings(probe, operation)), credentials: { kind: "none" } };
  const headers = { ...call.headers, "X-Request-ID": "conformance" };
  const absent = Object.fromEntries(Object.entries(call.path).map(([name, id]) => [name, unknownId(id)]));
  const there = await probe.call({ ...call, headers });
  const elsewhere = await probe.call({ ...call, headers, path: absent });
  if (there.status === elsewhere.status && there.text === elsewhere.text) return;
  probe.fail({
    promise: "Without credentials nobody learns what there is.",
    where: placeOf(operation.node),
    expected: `what is answered of something that is not there: ${elsewhere.status} ${elsewhere.text}`,
    found: `${there.status} ${there.text}`,
  });
}

async function admitReader(probe: Probe, operation: Operation): Promise<void> {
  const call = { ...(await callOnThings(probe, operation)), credentials: await readOnlyCredentials(probe) };
  const answer = await probe.call(call);
  if (answer.status !== 401 && answer.status !== 403) return;
  probe.fail({
    promise: `A key that may only read may call ${operation.id}, as its x-scope says.`,
    where: `${placeOf(operation.node)}/x-scope`,
    expected: "neither 401 nor 403",
    found: `status ${answer.status}`,
  });
}

/** A browser says where a request comes from; one with a cookie and without an origin is none of the server's own pages'. */
async function refuseWithoutOrigin(probe: Probe, operation: Operation): Promise<void> {
  const call = { ...(await callOnThings(probe, operation)), credentials: await sessionCredentials(probe, undefined) };
  await probe.call(call, { status: 403, code: "origin_forbidden" });
}

function publicCases(operation: Operation): Case[] {
  if (needsOthers(operation) || operation.body) return [];
  return [{ name: `auth/${operation.id}/for-anybody`, run: (probe) => answerAnybody(probe, operation) }];
}

/** What needs no credentials looks at none. */
async function answerAnybody(probe: Probe, operation: Operation): Promise<void> {
  const { world } = probe;
  const call = exampleCall(world, operation);
  const answer = await probe.call(call);
  for (const state of badStates.filter((one) => one !== "revoked" || canRevoke(world)))
    for (const [, scheme] of securitySchemes(world)) {
      const credentials = carriedBy(scheme, await badProof(state, probe), probe);
      judgeAlike(probe, operation, answer, await probe.call({ ...call, credentials }), state, credentials);
    }
}

function judgeAlike(
  probe: Probe,
  operation: Operation,
  expected: Answer,
  found: Answer,
  state: BadState,
  { kind }: Credentials,
): void {
  if (expected.status === found.status) return;
  probe.fail({
    promise: `${operation.id} needs no credentials, so it looks at none.`,
    where: `${placeOf(operation.node)}/security`,
    expected: `status ${expected.status}, as without credentials`,
    found: `status ${found.status} with a ${state} ${kind}`,
  });
}

/** Whether an operation documents a code for a status. */
function lists(operation: Operation, status: number, code: string): boolean {
  return operation.responses.some((response) => response.status === status && response.codes.includes(code));
}
