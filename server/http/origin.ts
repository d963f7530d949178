import type { IncomingHttpHeaders } from "node:http";

/** Where a client has reached the server. */
export interface Origin {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  readonly port: number;
}

/**
 * The origin that a client has called, as far as the server can tell: a proxy has to pass on `Host`, and says in
 * `X-Forwarded-Proto` that it speaks TLS. Nobody but the client itself is told.
 */
export function originOf(headers: IncomingHttpHeaders): Origin {
  const forwarded = [headers["x-forwarded-proto"]].flat()[0]?.split(",")[0]?.trim();
  const scheme = forwarded === "https" ? "https" : "http";
  const { origin, port } = URL.parse(`${scheme}://${headers.host}`) ?? new URL(`${scheme}://localhost`);
  return { url: origin, port: port === "" ? (scheme === "https" ? 443 : 80) : Number(port) };
}
