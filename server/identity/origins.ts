import type { IncomingHttpHeaders } from "node:http";

/** Which web pages may call the server. */
export interface OriginPolicy {
  /** Whether scripts of this origin may read answers (CORS). */
  allows(origin: string): boolean;
  /** Whether a request that a cookie speaks for comes from a page that may send it: its own, or an allowed origin. */
  permits(headers: IncomingHttpHeaders): boolean;
}

/** @param permitted `PERMITTED_CORS_ORIGINS`; when empty, any page served from this machine */
export function createOriginPolicy(permitted: readonly string[]): OriginPolicy {
  const allows = (origin: string) => (permitted.length > 0 ? permitted.includes(origin) : isLocal(origin));
  return {
    allows,
    permits: ({ origin = "", host }) => allows(origin) || (host !== undefined && hostOf(origin) === host),
  };
}

function isLocal(origin: string): boolean {
  const hostname = URL.parse(origin)?.hostname;
  return hostname === "localhost" || hostname === "127.0.0.1";
}

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host;
}
