import { createRemoteJWKSet, customFetch as customKeyFetch } from "jose";
import type { JWTVerifyGetKey } from "jose";
import { ClientSecretBasic, ClientSecretPost, None } from "openid-client";
import { allowInsecureRequests, clockTolerance, customFetch, discovery } from "openid-client";
import type { ClientAuth, Configuration, CustomFetch } from "openid-client";
import type { Logger } from "pino";
import { ApiError } from "../../api-error.ts";
import { tracedFetch } from "../../trace.ts";
import type { OidcSettings } from "./variables.ts";

/** What an OpenID provider says of itself. */
export interface OidcProvider {
  /**
   * Its addresses and its issuer identifier (OpenID Connect Discovery 1.0), with what it knows of this server.
   * @throws {ApiError} `not_ready`
   */
  configuration(): Promise<Configuration>;
  /**
   * Its keys. An unknown `kid` fetches them again, at most every few seconds: so keys can change at any time, and a made-up
   * one costs the provider nothing.
   * @throws {ApiError} `not_ready`
   */
  keys(): Promise<JWTVerifyGetKey>;
  /** Whether it answered when it was last asked. Has it asked again, at most every few seconds, and does not wait. */
  answers(): boolean;
}

const intervalMs = 5000;
const patienceMs = 5000;

/** A provider that is down stops no start: nothing is asked before the first use. */
export function createOidcProvider(settings: OidcSettings, logger: Logger): OidcProvider {
  const ask = atMostEvery(intervalMs, () =>
    discover(settings).catch((error: unknown) => {
      const apiError = providerFailed(error);
      logger.warn({ err: apiError.cause }, "the OpenID provider does not answer");
      throw apiError;
    }),
  );
  let known: Configuration | null = null;
  let answered = false;
  const configuration = async () => (known ??= await ask());
  const keySets = new Map<string, JWTVerifyGetKey>();
  return {
    configuration,
    async keys() {
      const { jwks_uri = "" } = (await configuration()).serverMetadata();
      const keys = keySets.get(jwks_uri) ?? keySetAt(jwks_uri, settings);
      keySets.set(jwks_uri, keys);
      return keys;
    },
    answers() {
      ask().then(
        (configured) => {
          known = configured; // what it says of itself may have changed
          answered = true;
        },
        () => (answered = false), // it is in the log
      );
      return answered;
    },
  };
}

/** What a client is told while the provider cannot be asked. @param error its cause, for the log */
export function providerFailed(error: unknown): ApiError {
  const message =
    "The OpenID provider does not answer as it should, so tokens and logins cannot be checked. Try again.";
  return new ApiError("not_ready", message, {
    headers: { "Retry-After": String(intervalMs / 1000) },
    cause: new Error(`The OpenID provider failed: ${reasonOf(error)}`), // the error itself may hold tokens and claims
  });
}

function discover({ issuer, clientId, clientSecret, clockToleranceSeconds }: OidcSettings): Promise<Configuration> {
  return discovery(
    issuer,
    clientId,
    { [clockTolerance]: clockToleranceSeconds },
    clientSecret === null ? None() : authenticateBy(clientSecret),
    {
      timeout: patienceMs / 1000,
      [customFetch]: tracedFetch as CustomFetch, // options that are undefined are as good as left out
      ...(issuer.protocol === "http:" && { execute: [allowInsecureRequests] }),
    },
  );
}

/** `client_secret_basic` is what every provider has to take (RFC 6749 §2.3.1), and the default of its metadata. */
function authenticateBy(secret: string): ClientAuth {
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ["client_secret_basic"] } = server;
    const by = methods.includes("client_secret_basic") ? ClientSecretBasic : ClientSecretPost;
    by(secret)(server, ...rest);
  };
}

function keySetAt(uri: string, { issuer }: OidcSettings): JWTVerifyGetKey {
  const url = URL.parse(uri);
  if (url === null || (url.protocol !== "https:" && issuer.protocol !== "http:"))
    throw providerFailed(new Error(`its jwks_uri is not an https URL: ${uri}`));
  return createRemoteJWKSet(url, {
    cooldownDuration: intervalMs,
    timeoutDuration: patienceMs,
    [customKeyFetch]: tracedFetch,
  });
}

/** The work's outcome. Whoever asks while it goes on, or within the time after its end, gets the same. */
function atMostEvery<Result>(milliseconds: number, work: () => Promise<Result>): () => Promise<Result> {
  let goodUntil = 0;
  let outcome: Promise<Result> | null = null;
  return () => {
    if (outcome && performance.now() < goodUntil) return outcome;
    goodUntil = Number.POSITIVE_INFINITY;
    outcome = work().finally(() => (goodUntil = performance.now() + milliseconds));
    return outcome;
  };
}

/** An error and its causes in words alone. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
  const cause = error.cause instanceof Error ? `: ${reasonOf(error.cause)}` : "";
  return `${error.message}${code}${cause}`;
}
