import * as z from "zod";
import { operation } from "../operation.ts";
import { sessionCookie } from "./sessions.ts";

/** The cookie that remembers a login while the browser is at the OpenID provider. */
export const loginCookie = "openhands_login";

const parameter = (description: string) => z.string().max(4096).describe(description);

const shared = {
  method: "GET",
  tag: "Sessions",
  since: "0.1.0",
  security: "none",
  rateLimit: "address",
  gate: "oidc",
  responses: {},
} as const;

export const oidc = {
  login: operation({
    ...shared,
    path: "/api/login/oidc",
    summary: "Log in at the OpenID provider",
    description: `For browsers: begins a login by authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636). \`${loginCookie}\` is \`HttpOnly\` and lasts ten minutes, within which the login has to be completed. Only where the server has an OpenID provider (\`AUTH_MODE=oidc\`); elsewhere there is no such operation.`,
    redirect: "The provider's login page.",
    errors: ["not_ready"],
    responseHeaders: {
      "Set-Cookie": {
        description: `What the login needs at its end, encrypted, as \`${loginCookie}\`.`,
        schema: z.string(),
      },
    },
    example: {},
  }),
  callback: operation({
    ...shared,
    path: "/api/login/oidc/callback",
    summary: "Complete a login at the OpenID provider",
    description: `Where the provider sends the browser back to. Checks the login against \`${loginCookie}\` and begins a session, as \`POST /api/login\` does; who has never been here becomes a user, and the session of a cookie that is sent along ends. Only where the server has an OpenID provider (\`AUTH_MODE=oidc\`); elsewhere there is no such operation.`,
    query: z.object({
      state: parameter("The value that the login began with."),
      code: parameter("The authorization code.").optional(),
      iss: parameter("The provider's issuer identifier (RFC 9207).").optional(),
      error: parameter("Why the provider refused the login (RFC 6749 §4.1.2.1).").optional(),
      error_description: parameter("The same for a person.").optional(),
    }),
    redirect: "The page at `/`.",
    errors: ["login_failed", "not_ready"],
    responseHeaders: {
      "Set-Cookie": {
        description: `The session, as \`${sessionCookie}\`; in another one, \`${loginCookie}\` is cleared.`,
        schema: z.string(),
      },
    },
    differences: [
      {
        upstream: "`GET /oauth/keycloak/callback`, for its own Keycloak, with the way back in `state`",
        here: "for any OpenID provider; `state` is random and belongs to the browser, and the way back is `/`",
        why: "a `state` that anybody can make lets a foreign page log a browser in, or send it anywhere",
        change: "Send browsers to `GET /api/login/oidc`, and register the callback at the provider.",
      },
    ],
    example: { request: { query: { state: "af0ifjsldkj", code: "SplxlOBeZQQYbYS6WxSbIA" } } },
  }),
};
