import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { Configuration } from "openid-client";
import * as z from "zod";
import { ApiError } from "../../api-error.ts";
import type { Clock } from "../../clock.ts";
import type { Cipher } from "../../secrets/cipher.ts";
import type { Subject } from "../../store/store.ts";
import { providerFailed } from "./provider.ts";
import type { OidcProvider } from "./provider.ts";
import type { TokenVerifier } from "./tokens.ts";
import type { OidcSettings } from "./variables.ts";

/** How long a person may take at the provider. */
export const attemptSeconds = 600;

/** What the provider has sent the browser back with. */
export interface CallbackQuery {
  readonly state: string;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
}

/** Logs in by authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636). It keeps nothing: the browser does. */
export interface OidcLogin {
  /**
   * @returns where the browser goes, and what it brings back at the end, sealed
   * @throws {ApiError} `not_ready`
   */
  begin(): Promise<{ readonly location: string; readonly attempt: string }>;
  /**
   * @param attempt what `begin` gave to the browser
   * @returns whom the provider has proven
   * @throws {ApiError} `login_failed`, `not_ready`
   */
  complete(query: CallbackQuery, attempt: string | undefined): Promise<Subject>;
}

const Attempt = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), expiresAt: z.string() });
type Attempt = z.infer<typeof Attempt>;

/** What the sealed attempt belongs to: it is of use for nothing else. */
const context = "oidc-login";

export function createOidcLogin(deps: {
  readonly provider: OidcProvider;
  readonly verifier: TokenVerifier;
  readonly settings: OidcSettings;
  readonly cipher: Cipher;
  readonly clock: Clock;
}): OidcLogin {
  const { provider, verifier, settings, cipher, clock } = deps;

  function open(sealed: string | undefined): Attempt {
    if (sealed === undefined) throw failed("No login has begun in this browser, or it has been completed");
    const attempt = unseal(sealed);
    if (attempt === null) throw failed("What this browser brings back is not what the login began with");
    if (attempt.expiresAt <= clock.now().toISOString()) throw failed("The login has taken too long");
    return attempt;
  }

  function unseal(sealed: string): Attempt | null {
    try {
      return Attempt.parse(JSON.parse(cipher.decrypt(sealed, context)));
    } catch {
      return null; // whoever sent it made it up, or the server's key has changed
    }
  }

  return {
    async begin() {
      const configuration = await provider.configuration();
      const expiresAt = new Date(clock.now().getTime() + attemptSeconds * 1000).toISOString();
      const verifierText = randomPKCECodeVerifier();
      const attempt: Attempt = { state: randomState(), nonce: randomNonce(), verifier: verifierText, expiresAt };
      const location = buildAuthorizationUrl(configuration, {
        redirect_uri: settings.redirectUrl.href,
        scope: settings.scopes.join(" "),
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(verifierText),
        code_challenge_method: "S256",
      });
      return { location: location.href, attempt: cipher.encrypt(JSON.stringify(attempt), context) };
    },

    async complete(query, sealed) {
      const attempt = open(sealed);
      if (query.state !== attempt.state)
        throw failed("The answer belongs to another login than the last of this browser");
      const configuration = await provider.configuration();
      const idToken = await redeem(configuration, callbackUrl(settings.redirectUrl, query), attempt);
      const { subject } = await verifier.verify(idToken, settings.clientId).catch((error: unknown) => {
        throw error instanceof ApiError && error.code === "invalid_credentials" ? failed(error.message) : error;
      });
      return subject;
    },
  };
}

/** The callback as the provider knows it, whatever the request looks like behind a proxy. */
function callbackUrl(redirectUrl: URL, query: CallbackQuery): URL {
  const url = new URL(redirectUrl);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** Turns the code into an ID token, whose claims the library checks; its signature is still to be checked. */
async function redeem(configuration: Configuration, url: URL, { verifier, state, nonce }: Attempt): Promise<string> {
  if (!url.searchParams.has("code") && !url.searchParams.has("error")) throw failed("The answer holds no code");
  try {
    const { id_token } = await authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    if (id_token !== undefined) return id_token;
  } catch (error) {
    throw refusal(error);
  }
  throw failed("The OpenID provider gave no ID token");
}

/** The codes of a `ClientError` for an answer that is not of this login, this provider or this time. */
const misfits = [
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
];

function refusal(error: unknown): ApiError {
  if (error instanceof AuthorizationResponseError)
    return failed(
      `The OpenID provider refused the login with ${/^[\w.-]{1,64}$/.exec(error.error)?.[0] ?? "an error"}`,
    );
  if (error instanceof ResponseBodyError && error.error === "invalid_grant")
    return failed("The OpenID provider does not accept the code: it has been used, has expired or is not this login's");
  if (error instanceof ClientError && error.code !== undefined && misfits.includes(error.code))
    return failed("The OpenID provider's answer does not fit the login");
  return providerFailed(error);
}

function failed(what: string): ApiError {
  return new ApiError("login_failed", `${what.replace(/\.$/, "")}. Begin again at /api/login/oidc.`);
}
