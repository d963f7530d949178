import type { IncomingHttpHeaders } from "node:http";
import { parseCookie } from "cookie";
import { securitySchemes } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Identity, Principal } from "./identity.ts";
import type { Oidc } from "./oidc/oidc.ts";
import { isJwt } from "./oidc/tokens.ts";
import type { OriginPolicy } from "./origins.ts";

/** The parts of a request that say who makes it. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** An API key in the query, which only sockets take. */
  readonly queryKey?: string | undefined;
  /** Whether the request changes something, so that a cookie alone does not do: a foreign page could have sent it. */
  readonly changes: boolean;
}

/** Proves who makes a request, over REST and the socket alike. */
export interface Authenticator {
  /** @throws {ApiError} `unauthenticated`, `invalid_credentials`, `origin_forbidden`, `not_ready` */
  authenticate(credentials: Credentials): Promise<Principal>;
}

/**
 * `AUTH_MODE=token` and `oidc`: an API key as bearer, header or query, or a session cookie, looked at in that order.
 * @param oidc where there is an OpenID provider: a JWT is good wherever a key is
 */
export function createTokenAuthenticator(
  identity: Identity,
  origins: OriginPolicy,
  oidc: Pick<Oidc, "byToken"> | null,
): Authenticator {
  return {
    async authenticate({ headers, queryKey, changes }) {
      const key = bearerToken(headers.authorization) ?? headerKey(headers) ?? queryKey;
      if (key !== undefined) return oidc && isJwt(key) ? oidc.byToken(key) : identity.byApiKey(key);
      const session = sessionToken(headers);
      if (session === undefined) throw new ApiError("unauthenticated");
      const principal = await identity.bySession(session);
      if (changes && !origins.permits(headers)) throw new ApiError("origin_forbidden");
      return principal;
    },
  };
}

/** `AUTH_MODE=none`: everybody is the one user. */
export function createOpenAuthenticator(userId: string): Authenticator {
  return { authenticate: async () => ({ userId, via: "open" }) };
}

/** The value of the session cookie. */
export function sessionToken(headers: IncomingHttpHeaders): string | undefined {
  return parseCookie(headers.cookie ?? "")[securitySchemes.sessionCookie.name];
}

/**
 * The token of an `Authorization` header, RFC 6750 §2.1.
 * @throws {ApiError} `invalid_credentials` when the header is of another form
 */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new ApiError("invalid_credentials", "The Authorization header is not of the form `Bearer <API key>`.");
  return token;
}

function headerKey(headers: IncomingHttpHeaders): string | undefined {
  const value = headers[securitySchemes.sessionApiKey.name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
