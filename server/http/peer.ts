import type { IncomingMessage } from "node:http";
import { isLoopback } from "../loopback.ts";

/** The address that a request comes from, as far as the connection tells. */
export function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? "";
}

/**
 * Whether what is secret is to come back encrypted only. The server itself speaks plain HTTP, so the name that the client
 * calls it by decides: on this machine nobody listens, and for any other name a proxy in front of it has to speak TLS.
 */
export function wantsTls({ headers }: IncomingMessage): boolean {
  return !isLoopback(URL.parse(`http://${headers.host}`)?.hostname ?? "");
}
