import { sessionCookie } from "./rest/sessions.ts";

const token = "an API key, or an access token of the server's OpenID provider (a JWT) where it has one";

/** The ways in which a caller may prove who it is. Each is enough alone. */
export const securitySchemes = {
  bearer: {
    kind: "bearer",
    description: `As a bearer token (RFC 6750): ${token}.`,
  },
  sessionApiKey: {
    kind: "header",
    name: "X-Session-API-Key",
    description: `For clients whose \`Authorization\` header is taken: ${token}.`,
  },
  sessionApiKeyQuery: {
    kind: "query",
    name: "session_api_key",
    description: `For sockets of clients that cannot set headers: ${token}. Sockets only.`,
  },
  sessionCookie: {
    kind: "cookie",
    name: sessionCookie,
    description:
      "A session begun by `POST /api/login` or `GET /api/login/oidc`. What changes something needs a permitted `Origin`.",
  },
} as const;
