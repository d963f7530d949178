import * as z from "zod";
import { isLoopback } from "../../loopback.ts";

/** Where the provider sends browsers back to: `contract.oidc.callback`, behind whatever path a proxy puts before it. */
const callbackPath = "/api/login/oidc/callback";

/**
 * Signatures that a public key checks (RFC 7518 §3.1, RFC 8037). HS256 and its like are not among them: their key would be
 * the provider's public one, which everybody has. Nor is `none`, which is no signature.
 */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
  ...["EdDSA", "Ed25519"],
];

const list = (text: string) => text.split(/[\s,]+/).filter((item) => item !== "");

/** Whether nobody can listen in on, or answer for, what is at this URL. */
function isSafe(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** What an operator can set for `AUTH_MODE=oidc`; a part of the one schema in `config.ts`. */
export const oidcVariables = {
  OIDC_ISSUER: z
    .string()
    .refine(isSafe, "must be an https URL without query and fragment; http only for localhost")
    .optional()
    .describe("The OpenID provider's issuer identifier, `https://id.example/realms/team`."),
  OIDC_CLIENT_ID: z.string().optional().describe("The name by which the provider knows this server."),
  OIDC_CLIENT_SECRET: z
    .string()
    .optional()
    .describe("The secret that goes with it; left out for a public client, which PKCE alone protects."),
  OIDC_AUDIENCE: z
    .string()
    .optional()
    .describe("The audience that tokens of callers must be for; OIDC_CLIENT_ID when left out."),
  OIDC_REDIRECT_URL: z
    .string()
    .refine(
      (text) => isSafe(text) && URL.parse(text)?.pathname.endsWith(callbackPath),
      `must be an https URL that ends in ${callbackPath}; http only for localhost`,
    )
    .optional()
    .describe(`Where browsers reach \`${callbackPath}\` of this server, as it is registered at the provider.`),
  OIDC_SCOPES: z
    .string()
    .transform(list)
    .refine((scopes) => scopes.includes("openid"), "must hold `openid`, such as `openid profile`")
    .prefault("openid")
    .describe("The scopes that a login asks for, separated by spaces."),
  OIDC_ALGORITHMS: z
    .string()
    .transform(list)
    .refine(
      (names) => names.length > 0 && names.every((name) => algorithms.includes(name)),
      `must be some of ${algorithms.join(", ")}, separated by commas`,
    )
    .prefault("RS256,ES256,EdDSA,PS256")
    .describe("The algorithms that tokens may be signed with, separated by commas; `none` and HS256 are none of them."),
  OIDC_CLOCK_TOLERANCE_SECONDS: z
    .string()
    .regex(/^(\d{1,2}|[12]\d{2}|300)$/, "must be a number of seconds, from 0 to 300")
    .transform(Number)
    .prefault("30")
    .describe("How far the provider's clock may differ from this one when it is judged whether a token is over."),
};

type OidcVariables = z.output<z.ZodObject<typeof oidcVariables>>;

const required = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_REDIRECT_URL"] as const;

/** The variables that `AUTH_MODE=oidc` needs and that are not set. */
export function missingOidcVariables(variables: OidcVariables): string[] {
  return required.filter((name) => variables[name] === undefined);
}

/** How this server and its OpenID provider know each other. */
export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  /** The audience of tokens that callers send. */
  readonly audience: string;
  readonly redirectUrl: URL;
  /** The path of this server's root as browsers see it: `/`, or `/openhands/` behind a proxy. */
  readonly rootPath: string;
  readonly scopes: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
}

/** @throws {TypeError} where a variable is missing */
export function oidcSettings(variables: OidcVariables): OidcSettings {
  const { OIDC_CLIENT_ID: clientId = "", OIDC_REDIRECT_URL, OIDC_ISSUER } = variables;
  const redirectUrl = new URL(OIDC_REDIRECT_URL ?? "");
  return {
    issuer: new URL(OIDC_ISSUER ?? ""),
    clientId,
    clientSecret: variables.OIDC_CLIENT_SECRET ?? null,
    audience: variables.OIDC_AUDIENCE ?? clientId,
    redirectUrl,
    rootPath: redirectUrl.pathname.slice(0, 1 - callbackPath.length),
    scopes: variables.OIDC_SCOPES,
    algorithms: variables.OIDC_ALGORITHMS,
    clockToleranceSeconds: variables.OIDC_CLOCK_TOLERANCE_SECONDS,
  };
}
