import { pino } from "pino";
import { ApiError } from "../api-error.ts";
import type { Config } from "../config.ts";
import { createOidcProvider } from "../identity/oidc/provider.ts";
import { oidcSettings } from "../identity/oidc/variables.ts";
import type { Finding } from "./finding.ts";
import { findingsAbout } from "./finding.ts";

const { ok, problem } = findingsAbout("OpenID provider");

/** The OpenID provider, where there is to be one: its discovery document. */
export async function checkOidc(config: Config): Promise<Finding[]> {
  if (config.AUTH_MODE !== "oidc") return [];
  const settings = oidcSettings(config);
  const provider = createOidcProvider(settings, pino({ level: "silent" }));
  try {
    const { issuer, authorization_endpoint } = (await provider.configuration()).serverMetadata();
    await provider.keys();
    return authorization_endpoint === undefined
      ? [
          problem(
            `${issuer} has no authorization endpoint, so nobody can log in with a browser. Fix: correct OIDC_ISSUER.`,
          ),
        ]
      : [ok(issuer)];
  } catch (error) {
    const cause = error instanceof ApiError ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return [
      problem(
        `${settings.issuer.href} does not answer as it should (${reason}). Fix: correct OIDC_ISSUER, which is the address before /.well-known/openid-configuration, or start the provider.`,
      ),
    ];
  }
}
