import type { IncomingHttpHeaders } from "node:http";
import { parseCookie } from "cookie";
import { securitySchemes } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { isLoopback } from "../loopback.ts";
import type { Attempts } from "./attempts.ts";
import type { Identity } from "./identity.ts";
import type { Oidc } from "./oidc/oidc.ts";
import { isJwt } from "./oidc/tokens.ts";
import type { OriginPolicy } from "./origins.ts";
import type { Principal } from "./principal.ts";
import { isSandboxKey } from "./sandbox-keys.ts";
import type { SandboxKeys } from "./sandbox-keys.ts";

/** The parts of a request that say who makes it. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: of a repeated header, `headers` may hold the first value alone. */
  readonly rawHeaders: readonly string[];
  /** An API key in the query, which only sockets take. */
  readonly queryKey?: string | undefined;
  /** The address that the request comes from. */
  readonly address: string;
  /** Whether the request changes something, so that a cookie alone does not do: a foreign page could have sent it. */
  readonly changes: boolean;
  /** Whether what is asked for is in a sandbox, so that the sandbox's key will do. */
  readonly inSandbox?: boolean;
}

/** Proves who makes a request, over REST and the socket alike. */
export interface Authenticator {
  /**
   * @throws {ApiError} `unauthenticated`, `invalid_credentials`, `credentials_conflict`, `origin_forbidden`, `rate_limited`,
   * `not_ready`
   */
  authenticate(credentials: Credentials): Promise<Principal>;
}

/**
 * `AUTH_MODE=token` and `oidc`: an API key as bearer, header or query, else a session cookie. A wrong key is not made good by
 * a cookie; a cookie beside a key only must not be of another user.
 * @param deps.oidc where there is an OpenID provider: a JWT is good wherever a key is. It is signed, so nobody tries them out
 */
export function createTokenAuthenticator(deps: {
  identity: Identity;
  origins: OriginPolicy;
  attempts: Attempts;
  oidc: Pick<Oidc, "byToken"> | null;
  sandboxKeys: Pick<SandboxKeys, "prove">;
}): Authenticator {
  const { identity, origins, attempts, oidc, sandboxKeys } = deps;

  async function proven(key: string, address: string, inSandbox: boolean): Promise<Principal> {
    if (isSandboxKey(key)) {
      if (!inSandbox) throw new ApiError("invalid_credentials", outsideSandbox);
      return attempts.limit({ key, address }, () => sandboxKeys.prove(key));
    }
    if (!oidc || !isJwt(key)) return attempts.limit({ key, address }, () => identity.byApiKey(key));
    const { userId, expiresAt } = await oidc.byToken(key);
    return identity.byUser(userId, expiresAt);
  }

  async function byKey(key: string, session: string | undefined, credentials: Credentials): Promise<Principal> {
    const principal = await proven(key, credentials.address, credentials.inSandbox ?? false);
    const other = session === undefined ? null : await identity.userOfSession(session);
    if (other !== null && other !== principal.userId)
      throw conflict("The session cookie is of another user than the API key.");
    return principal;
  }

  return {
    async authenticate(credentials) {
      const { headers, changes } = credentials;
      const key = presentedKey(credentials);
      const session = sessionToken(headers);
      if (key !== undefined) return byKey(key, session, credentials);
      if (session === undefined) throw new ApiError("unauthenticated");
      const principal = await identity.bySession(session);
      if (changes && !origins.permits(headers)) throw new ApiError("origin_forbidden");
      return principal;
    },
  };
}

/**
 * `AUTH_MODE=none`: everybody on this machine is the one user. A web page that a browser on it shows is not: what it sends
 * bears its `Origin`, or, where its name has been made to mean this machine, its `Host`.
 */
export function createOpenAuthenticator(
  userId: string,
  { origins, sandboxKeys }: { origins: OriginPolicy; sandboxKeys: Pick<SandboxKeys, "prove"> },
): Authenticator {
  const everybody = { userId, via: "open", scope: "write", proof: null, expiresAt: null, keysExpireBy: null } as const;
  return {
    async authenticate(credentials) {
      const { headers, changes, inSandbox = false } = credentials;
      if (!isLoopback(URL.parse(`http://${headers.host}`)?.hostname ?? "")) {
        throw new ApiError(
          "unauthenticated",
          "This server is for this machine alone. Call it as 127.0.0.1 or localhost.",
        );
      }
      if (changes && headers.origin !== undefined && !origins.permits(headers)) throw new ApiError("origin_forbidden");
      const key = inSandbox ? presentedKey(credentials) : undefined;
      return key !== undefined && isSandboxKey(key) ? sandboxKeys.prove(key) : everybody; // it says which sandbox is meant
    },
  };
}

/**
 * The API key that a request carries, which may stand in several places.
 * @throws {ApiError} `credentials_conflict` for two different ones, `invalid_credentials` for a malformed header
 */
export function presentedKey({ headers, rawHeaders, queryKey }: Credentials): string | undefined {
  const keys = new Set<string>();
  if (headers.authorization !== undefined) {
    for (const value of valuesOf(rawHeaders, "authorization")) keys.add(bearerToken(value));
  }
  const own = headers[securitySchemes.sessionApiKey.name.toLowerCase()];
  for (const value of typeof own === "string" ? own.split(",") : []) keys.add(value.trim());
  if (queryKey !== undefined) keys.add(queryKey);
  if (keys.size > 1) throw conflict("The request carries different API keys.");
  return keys.values().next().value;
}

/**
 * The value of the session cookie.
 * @throws {ApiError} `credentials_conflict` when there are two of them, one of which another site may have planted
 */
export function sessionToken(headers: IncomingHttpHeaders): string | undefined {
  const [token, another] = sessionTokens(headers);
  if (another !== undefined) throw conflict("The request carries different session cookies.");
  return token;
}

/** The values of all session cookies of a request: a browser may have several of one name, for several paths. */
export function sessionTokens({ cookie = "" }: IncomingHttpHeaders): string[] {
  const { name } = securitySchemes.sessionCookie;
  if (!cookie.includes(name)) return []; // spares the requests that bear a key
  const values = cookie.split(";").map((pair) => parseCookie(pair)[name]);
  return [...new Set(values.filter((value) => value !== undefined))];
}

const outsideSandbox =
  "The key is a sandbox's, which is good for what is in that sandbox alone. Send an API key, a token or a session cookie.";

/** @param what the rule that was broken */
function conflict(what: string): ApiError {
  return new ApiError(
    "credentials_conflict",
    `${what} Send one API key, the same wherever it stands, and no session cookie of another user beside it.`,
  );
}

/** All values of a header that is no list, of which node keeps the first. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1];
    if (value !== undefined && rawHeaders[index]?.toLowerCase() === name) values.push(value);
  }
  return values;
}

/**
 * The token of an `Authorization` header, RFC 6750 §2.1.
 * @throws {ApiError} `invalid_credentials` when the header is of another form
 */
function bearerToken(header: string): string {
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new ApiError("invalid_credentials", "The Authorization header is not of the form `Bearer <API key>`.");
  return token;
}
