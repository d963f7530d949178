import { parseCookie, stringifySetCookie } from "cookie";
import { loginCookie } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { ServerHandlers } from "../http/router.ts";
import { sessionTokens } from "../identity/credentials.ts";
import type { Identity } from "../identity/identity.ts";
import { attemptSeconds } from "../identity/oidc/login.ts";
import type { Oidc } from "../identity/oidc/oidc.ts";
import { sessionCookieOf } from "./sessions.ts";

export function oidcHandlers({ login, subjects, settings }: Oidc, identity: Identity): ServerHandlers["oidc"] {
  const { rootPath, redirectUrl } = settings;
  const isHttps = redirectUrl.protocol === "https:"; // also where a proxy ends TLS

  /** Lax: the provider's page leads back here. @param maxAge seconds; 0 deletes the cookie */
  const cookie = (value: string, maxAge: number) =>
    stringifySetCookie({
      name: loginCookie,
      value,
      maxAge,
      httpOnly: true,
      sameSite: "lax",
      secure: isHttps,
      path: `${rootPath}api/login/oidc`,
    });

  return {
    async login() {
      const { location, attempt } = await login.begin();
      return { status: 302, headers: { Location: location, "Set-Cookie": cookie(attempt, attemptSeconds) } };
    },
    async callback({ query }, { headers, secure }) {
      const attempt = parseCookie(headers.cookie ?? "")[loginCookie];
      const subject = await login.complete(query, attempt).catch((error: unknown) => {
        throw afterFailure(error, cookie("", 0));
      });
      const { token, maxAge } = await identity.beginSession(await subjects.userOf(subject), sessionTokens(headers));
      const session = sessionCookieOf(token, maxAge, secure || isHttps);
      return { status: 302, headers: { Location: rootPath, "Set-Cookie": [session, cookie("", 0)] } };
    },
  };
}

/** What has failed for good is of no more use; where the provider does not answer, the browser may come again. */
function afterFailure(error: unknown, cleared: string): unknown {
  if (!(error instanceof ApiError) || error.code !== "login_failed") return error;
  return new ApiError(error.code, error.message, { headers: { "Set-Cookie": cleared } });
}
