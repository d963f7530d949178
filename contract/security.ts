import { sessionCookie } from "./rest/sessions.ts";

/** The ways in which a caller may prove who it is. Each is enough alone. */
export const securitySchemes = {
  bearer: {
    kind: "bearer",
    description: "An API key as a bearer token (RFC 6750).",
  },
  sessionApiKey: {
    kind: "header",
    name: "X-Session-API-Key",
    description: "An API key, for clients whose `Authorization` header is taken.",
  },
  sessionApiKeyQuery: {
    kind: "query",
    name: "session_api_key",
    description: "An API key, for sockets of clients that cannot set headers. Sockets only.",
  },
  sessionCookie: {
    kind: "cookie",
    name: sessionCookie,
    description: "A session begun by `POST /api/login`. What changes something needs a permitted `Origin`.",
  },
} as const;
