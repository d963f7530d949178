import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Credentials } from "./calls.ts";
import { knownOperations } from "./known-operations.ts";
import type { Probe } from "./probe.ts";
import { SetupError } from "./world.ts";

/** An origin that no operator permits: `.invalid` belongs to nobody (RFC 2606 §2). */
export const foreignOrigin = "https://conformance.invalid";

/** The server's own origin, which its own pages send. */
export function ownOrigin(probe: Probe): string {
  return probe.world.url.origin;
}

/**
 * A session cookie, from one login that the cases share, sent from `origin`.
 * @throws {SetupError} when the document has no login, the run no key, or the login fails
 */
export async function sessionCredentials(probe: Probe, origin: string | undefined): Promise<Credentials> {
  probe.world.state.cookie ??= await cookieFrom(probe, probe.world.key);
  return { kind: "cookie", cookie: probe.world.state.cookie, origin };
}

/**
 * The cookie of a session of its own, begun with a key.
 * @throws {SetupError} when the document has no login, there is no key, or the login fails
 */
export async function cookieFrom(probe: Probe, key: string | undefined): Promise<string> {
  const login = probe.world.operations.get(knownOperations.login);
  if (!login) throw new SetupError(`A session cookie is needed, and the document has no ${knownOperations.login}.`);
  if (key === undefined) throw new SetupError("A session cookie is needed, and the run has no --key to log in with.");
  const call = exampleCall(probe.world, login);
  const answer = await probe.prepare(withBody(call, { ...bodyOf(call), api_key: key }));
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!cookie) throw new SetupError(`${login.id} set no cookie.`);
  return cookie;
}
