import { stringifySetCookie } from "cookie";
import { securitySchemes } from "../../contract/index.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { Attempts } from "../identity/attempts.ts";
import { sessionToken, sessionTokens } from "../identity/credentials.ts";
import type { Identity } from "../identity/identity.ts";

export function sessionsHandlers(deps: { identity: Identity; attempts: Attempts }): ServerHandlers["sessions"] {
  const { identity, attempts } = deps;
  return {
    async login({ body: { api_key: key } }, { address, headers, secure }) {
      const begin = () => identity.login(key, sessionTokens(headers));
      const { token, maxAge } = await attempts.limit({ key, address }, begin);
      return {
        status: 200,
        body: { success: true, message: "Logged in." },
        headers: { "Set-Cookie": sessionCookieOf(token, maxAge, secure) },
      };
    },
    authenticate: async () => ({ status: 200, body: { success: true, message: "You are logged in." } }),
    async logout(_request, { headers, secure }) {
      const token = sessionToken(headers);
      if (token !== undefined) await identity.logout(token);
      return {
        status: 200,
        body: { success: true, message: "Logged out." },
        headers: { "Set-Cookie": sessionCookieOf("", 0, secure) },
      };
    },
  };
}

/** The header that sets the session cookie. @param maxAge seconds; 0 deletes the cookie */
export function sessionCookieOf(value: string, maxAge: number, secure: boolean): string {
  const { name } = securitySchemes.sessionCookie;
  return stringifySetCookie({ name, value, maxAge, httpOnly: true, sameSite: "lax", secure, path: "/" });
}
