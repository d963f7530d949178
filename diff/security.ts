import { isDeepStrictEqual } from "node:util";
import type { Context, Sides } from "./context.ts";
import { objectAt } from "./place.ts";
import type { Place } from "./place.ts";
import { plain } from "./text.ts";

/** One way to authenticate: all of its credentials together. */
export interface Way {
  /** For a person: the names of its schemes. */
  readonly name: string;
  readonly credentials: readonly Credential[];
}

export interface Credential {
  /** What it is on the wire, whatever the document calls it. */
  readonly identity: string;
  readonly scopes: readonly string[];
  readonly scheme: Place | undefined;
}

/** Where a credential is got: on the wire it is the same, but the old way to it may be closed. */
const origins = ["flows", "openIdConnectUrl", "oauth2MetadataUrl"];

export function credentialOf(name: string, scheme: Place | undefined, scopes: readonly string[]): Credential {
  const { type, in: where, name: field, scheme: method } = objectAt(scheme);
  const place = where === "header" ? plain(field).toLowerCase() : field;
  const parts = scheme ? [type, where, place, plain(method).toLowerCase()] : [name];
  return { identity: JSON.stringify(parts), scopes, scheme };
}

/** Each way that was good must still be; a new way must need no more than a known one to be nothing new. */
export function compareCredentials(context: Context, sides: Sides, before: Way[], after: Way[], use: string): void {
  for (const way of before) {
    if (after.some((other) => isEnough(way, other))) continue;
    const what = `${way.name} is not enough any more.`;
    context.recorder.add({ rule: "credentials-refused", ...sides, before: way.name, what }, use);
  }
  for (const way of after) {
    if (before.some((other) => isEnough(way, other))) continue;
    const what = `${way.name} is enough now.`;
    context.recorder.add({ rule: "credentials-accepted", ...sides, after: way.name, what }, use);
  }
  compareOrigins(context, before, after, use);
}

/** Whether whoever has the credentials of the one way has all that the other needs. */
function isEnough(way: Way, needed: Way): boolean {
  return needed.credentials.every(({ identity, scopes }) =>
    way.credentials.some((has) => has.identity === identity && scopes.every((scope) => has.scopes.includes(scope))),
  );
}

function compareOrigins({ recorder }: Context, before: Way[], after: Way[], use: string): void {
  const others = after.flatMap(({ credentials }) => credentials);
  for (const { identity, scheme } of before.flatMap(({ credentials }) => credentials)) {
    const other = others.find((credential) => credential.identity === identity)?.scheme;
    if (!scheme || !other) continue;
    const [old, next] = [objectAt(scheme), objectAt(other)];
    if (origins.every((keyword) => isDeepStrictEqual(old[keyword], next[keyword]))) continue;
    const what = "Credentials are got in another way.";
    recorder.add({ rule: "security-scheme-changed", old: scheme, new: other, what }, use);
  }
}
