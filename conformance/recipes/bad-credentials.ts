import { bodyOf, exampleCall, randomHex, withBody } from "../calls.ts";
import type { Credentials } from "../calls.ts";
import { textAt } from "../documents.ts";
import type { DocumentNode } from "../documents.ts";
import { isObject } from "../json.ts";
import { knownOperations } from "../known-operations.ts";
import type { Probe } from "../probe.ts";
import { securitySchemes } from "../security-schemes.ts";
import { cookieFrom, ownOrigin } from "../sessions.ts";
import { kindsOf } from "../things.ts";
import { SetupError } from "../world.ts";
import type { Proof, World } from "../world.ts";
import { madeUpKey } from "./rest.ts";

/** How the credentials of a caller can be no good. */
export const badStates = ["malformed", "wrong", "revoked"] as const;

export type BadState = (typeof badStates)[number];

/** Whether the run can make keys and sessions of its own, and end them. */
export function canRevoke({ operations }: World): boolean {
  return operations.has(knownOperations.createApiKey) && operations.has(knownOperations.login);
}

/** A key and a session that prove nothing. */
export async function badProof(state: BadState, probe: Probe): Promise<Proof> {
  const name = cookieName(probe.world);
  if (state === "malformed") return { key: "no key: {}", cookie: `${name}=%E0%A4%A` };
  if (state === "wrong") return { key: madeUpKey(), cookie: `${name}=made-up-${randomHex(16)}` };
  return (probe.world.state.revoked ??= await revoke(probe));
}

/** A proof as a security scheme of the OpenAPI document has it sent. A cookie comes from the server's own pages. */
export function carriedBy(scheme: DocumentNode, { key, cookie }: Proof, probe: Probe): Credentials {
  const place = textAt(scheme, "in");
  if (place === "cookie") return { kind: "cookie", cookie, origin: ownOrigin(probe) };
  if (place === "header") return { kind: "header", name: textAt(scheme, "name") ?? "", value: key };
  return { kind: "bearer", token: key };
}

/** A key of the run's own, which is its to revoke. @returns the key and its id */
export async function freshKey(probe: Probe, scope?: string): Promise<{ readonly key: string; readonly id: string }> {
  const { world } = probe;
  const create = world.operations.get(knownOperations.createApiKey);
  if (!create) throw new SetupError(`A key is needed, and the document has no ${knownOperations.createApiKey}.`);
  const call = exampleCall(world, create);
  const { json } = await probe.prepare(scope === undefined ? call : withBody(call, { ...bodyOf(call), scope }));
  const key = isObject(json) ? json["key"] : undefined;
  const id = world.state.made.at(-1)?.values[idParameter(world)];
  if (typeof key !== "string" || id === undefined)
    throw new SetupError(`${create.id} answered no key, or no id of it.`);
  return { key, id };
}

/** Takes a key away. */
export async function revokeKey(probe: Probe, id: string): Promise<void> {
  const { world } = probe;
  const remover = keyKind(world)?.remover;
  if (!remover)
    throw new SetupError("A key is to be revoked, and no link of the document leads to an operation that does it.");
  await probe.prepare(exampleCall(world, remover, { [idParameter(world)]: id }));
}

async function revoke(probe: Probe): Promise<Proof> {
  const { key, id } = await freshKey(probe);
  const cookie = await cookieFrom(probe, key);
  await revokeKey(probe, id);
  return { key, cookie };
}

function keyKind(world: World): ReturnType<typeof kindsOf>[number] | undefined {
  return kindsOf(world).find(({ creator }) => creator.id === knownOperations.createApiKey);
}

function idParameter(world: World): string {
  return keyKind(world)?.parameter ?? "";
}

function cookieName(world: World): string {
  const scheme = securitySchemes(world).find(([, node]) => textAt(node, "in") === "cookie");
  return (scheme && textAt(scheme[1], "name")) ?? "session";
}
