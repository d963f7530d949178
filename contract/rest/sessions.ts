import * as z from "zod";
import { operation } from "../operation.ts";
import { success } from "../primitives.ts";

/** The cookie that holds a session. */
export const sessionCookie = "openhands_session";

const LoginRequest = z
  .object({ api_key: z.string().min(1).max(256).describe("An API key of the user who logs in.") })
  .meta({
    id: "LoginRequest",
    description: "Who logs in.",
    examples: [{ api_key: "oh_example_key_of_the_user" }],
  });

const LoginResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "LoginResponse",
  description: "The session has begun.",
  examples: [{ success: true, message: "Logged in." }],
});

const LogoutResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "LogoutResponse",
  description: "The session has ended.",
  examples: [{ success: true, message: "Logged out." }],
});

const AuthenticateResponse = z.object({ success, message: z.string().describe("What is so, for a person.") }).meta({
  id: "AuthenticateResponse",
  description: "The credentials are good.",
  examples: [{ success: true, message: "You are logged in." }],
});

export const sessions = {
  login: operation({
    method: "POST",
    path: "/api/login",
    summary: "Log in",
    description:
      "Turns an API key into a session cookie, for browsers. The cookie is `HttpOnly`, `SameSite=Lax` and, outside this machine, `Secure`; requests with it that change something need a permitted `Origin`. The session may do what the key may, ends with the key, when it is not used for a while, or at a fixed age, and replaces the session of a cookie that is sent along.",
    tag: "Sessions",
    since: "0.1.0",
    security: "none",
    rateLimit: "address",
    body: LoginRequest,
    responses: { 200: LoginResponse },
    errors: ["invalid_credentials", "not_ready"],
    responseHeaders: {
      "Set-Cookie": { description: `The session, as \`${sessionCookie}\`.`, schema: z.string() },
    },
    example: {
      request: { body: { api_key: "oh_example_key_of_the_user" } },
      response: { success: true, message: "Logged in." },
    },
  }),
  authenticate: operation({
    method: "POST",
    path: "/api/authenticate",
    scope: "read",
    summary: "Check the credentials",
    description: "Tells whether the request's credentials, a key or a session, are good. Changes nothing.",
    tag: "Sessions",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: AuthenticateResponse },
    differences: [
      {
        topic: "a 401",
        upstream: "also deletes the cookie",
        here: "leaves it alone",
        why: "a cookie that is worthless does no harm",
        change: "Nothing.",
      },
    ],
    example: { response: { success: true, message: "You are logged in." } },
  }),
  logout: operation({
    method: "POST",
    path: "/api/logout",
    scope: "read", // it ends nothing but the caller's own session
    summary: "Log out",
    description:
      "Ends the session of the request's cookie on the server, closes its sockets with 4401 and clears the cookie. An API key stays valid, and so does a session at an OpenID provider.",
    tag: "Sessions",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: LogoutResponse },
    differences: [
      {
        upstream: "also ends the session at the identity provider, where that succeeds",
        here: "ends the session here alone",
        why: "a person may be logged in there for more than this server",
        change: "Nothing, or lead people to the provider's own logout.",
      },
    ],
    responseHeaders: {
      "Set-Cookie": { description: `Clears \`${sessionCookie}\`.`, schema: z.string() },
    },
    example: { response: { success: true, message: "Logged out." } },
  }),
};
