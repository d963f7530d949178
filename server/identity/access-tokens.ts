import { hkdfSync } from "node:crypto";
import { SignJWT, errors, jwtVerify } from "jose";
import * as z from "zod";
import type { ProviderType } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";

/** What an access token is made out for: one user's token of one git provider. */
export interface Grant {
  readonly userId: string;
  readonly provider: ProviderType;
}

/** Tokens with which an agent that runs elsewhere gets a user's token of a git provider: JWS, HS256. */
export interface AccessTokens {
  issue(grant: Grant): Promise<string>;
  /** @throws {ApiError} `invalid_credentials` for one that is malformed, expired, or not ours */
  verify(token: string): Promise<Grant>;
}

/** As long as upstream's: reference/v1-api.md §5. */
const lifetime = "14d";

const audience = "openhands-api/webhooks/secrets";

const claims = z.object({
  user_id: z.string().nonempty(),
  provider_type: z.enum(["github", "gitlab", "bitbucket", "azure_devops", "enterprise_sso"]),
});

/** @param secretKey the server's, 32 bytes: with another one, all tokens of before are over */
export function createAccessTokens(secretKey: Buffer): AccessTokens {
  const derive = (use: string, bytes: number) => Buffer.from(hkdfSync("sha256", secretKey, "", use, bytes));
  const key = derive("access tokens", 32); // one key, one use: RFC 5869
  const kid = derive("name of the key of access tokens", 8).toString("hex");
  return {
    issue: ({ userId, provider }) =>
      new SignJWT({ user_id: userId, provider_type: provider })
        .setProtectedHeader({ alg: "HS256", kid })
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),
    async verify(token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, key, { algorithms: ["HS256"], audience });
        const { success, data } = claims.safeParse(payload);
        if (!success || protectedHeader.kid !== kid) throw new ApiError("invalid_credentials");
        return { userId: data.user_id, provider: data.provider_type };
      } catch (cause) {
        if (!(cause instanceof errors.JOSEError)) throw cause;
        throw new ApiError("invalid_credentials", undefined, { cause });
      }
    },
  };
}
