import { errors, jwtVerify } from "jose";
import { ApiError } from "../../api-error.ts";
import type { Clock } from "../../clock.ts";
import type { Subject } from "../../store/store.ts";
import { providerFailed } from "./provider.ts";
import type { OidcProvider } from "./provider.ts";
import type { OidcSettings } from "./variables.ts";

/** Checks the provider's signed tokens (RFC 7519, RFC 8725). */
export interface TokenVerifier {
  /**
   * @param audience whom the token must be for
   * @returns whom it speaks of, and until when it is taken
   * @throws {ApiError} `invalid_credentials`, whose message says which check failed and nothing of the token; `not_ready`
   */
  verify(token: string, audience: string): Promise<{ readonly subject: Subject; readonly expiresAt: string }>;
}

/** A token of another type is no credential: a logout token has the same issuer, audience and subject (RFC 8725 §3.11). */
const types = [undefined, "jwt", "at+jwt", "application/at+jwt"];

/** OpenID Connect Core 1.0 §2 */
const longestSubject = 255;

export function createTokenVerifier(deps: {
  readonly provider: OidcProvider;
  readonly settings: Pick<OidcSettings, "algorithms" | "clockToleranceSeconds">;
  readonly clock: Clock;
}): TokenVerifier {
  const { provider, settings, clock } = deps;
  const algorithms = [...settings.algorithms];

  return {
    async verify(token, audience) {
      const [configuration, keys] = await Promise.all([provider.configuration(), provider.keys()]);
      const { issuer } = configuration.serverMetadata();
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        clockTolerance: settings.clockToleranceSeconds,
        currentDate: clock.now(),
        requiredClaims: ["exp", "sub"],
      }).catch((error: unknown) => {
        throw refusal(error);
      });
      if (!types.includes(protectedHeader.typ?.toLowerCase())) throw refused("is not an access token");
      const { sub: subject, exp = 0 } = payload; // required above
      if (typeof subject !== "string" || subject === "" || subject.length > longestSubject)
        throw refused("names its subject in no form that is allowed");
      const expiresAt = new Date((exp + settings.clockToleranceSeconds) * 1000).toISOString();
      return { subject: { issuer, subject }, expiresAt };
    },
  };
}

/** Whether a bearer token is a JWT and not an API key: three parts, of which the first is a JSON object in base64url. */
export function isJwt(token: string): boolean {
  return /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(token);
}

function refused(what: string): ApiError {
  return new ApiError("invalid_credentials", `The token ${what}. Get a new one from the OpenID provider.`);
}

/** What jose found. Whatever is not about the token is about the provider, whose keys could not be had. */
function refusal(error: unknown): ApiError {
  if (error instanceof errors.JWTExpired) return refused("has expired");
  if (error instanceof errors.JWTClaimValidationFailed) return refused(claimMistakes[error.claim] ?? "lacks a claim");
  if (error instanceof errors.JOSEAlgNotAllowed) return refused("is not signed with an algorithm that is accepted");
  if (error instanceof errors.JWKSNoMatchingKey) return refused("is signed with a key that the provider does not have");
  if (error instanceof errors.JWKSMultipleMatchingKeys) return refused("does not say which key it is signed with");
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused("has a signature that does not fit");
  if (malformed.some((type) => error instanceof type)) return refused("is not a signed JWT");
  return providerFailed(error);
}

const malformed = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];

const claimMistakes: Readonly<Record<string, string>> = {
  iss: "is of another issuer",
  aud: "is for another audience",
  nbf: "is not valid yet",
  exp: "does not say when it expires",
  sub: "names no subject",
};
