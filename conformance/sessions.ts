import { exampleCall } from "./calls.ts";
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
  probe.world.state.cookie ??= await logIn(probe);
  return { kind: "cookie", cookie: probe.world.state.cookie, origin };
}

async function logIn(probe: Probe): Promise<string> {
  const login = probe.world.operations.get(knownOperations.login);
  if (!login) throw new SetupError(`A session cookie is needed, and the document has no ${knownOperations.login}.`);
  if (probe.world.key === undefined)
    throw new SetupError("A session cookie is needed, and the run has no --key to log in with.");
  const answer = await probe.prepare(exampleCall(probe.world, login));
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!cookie) throw new SetupError(`${login.id} set no cookie.`);
  return cookie;
}
