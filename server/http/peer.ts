import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { isLoopback } from "../loopback.ts";

/** Tells the address that a request comes from. */
export type AddressOf = (req: Pick<IncomingMessage, "socket" | "headers">) => string;

/**
 * The address of the connection; where that is a trusted proxy's, the last one in `X-Forwarded-For` that is none, since
 * each proxy adds the address that it was called from. What stands before it the client may have made up.
 * @param trusted `TRUSTED_PROXIES`
 */
export function createAddressOf(trusted: readonly string[]): AddressOf {
  const proxies = blockListOf(trusted);
  return ({ socket, headers }) => {
    let address = plain(socket.remoteAddress ?? "");
    if (trusted.length === 0) return address;
    const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
    while (forwarded.length > 0 && proxies.check(address, familyOf(address))) {
      const before = plain(forwarded.pop()?.trim() ?? "");
      if (isIP(before) === 0) break;
      address = before;
    }
    return address;
  };
}

/** Whether an entry of `TRUSTED_PROXIES` is an address, or a network such as `10.0.0.0/8`. */
export function isNetwork(entry: string): boolean {
  const [address = "", bits, ...rest] = entry.split("/");
  const most = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

/**
 * Whether what is secret is to come back encrypted only. The server itself speaks plain HTTP, so the name that the client
 * calls it by decides: on this machine nobody listens, and for any other name a proxy in front of it has to speak TLS.
 */
export function wantsTls({ headers }: IncomingMessage): boolean {
  return !isLoopback(URL.parse(`http://${headers.host}`)?.hostname ?? "");
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** An IPv4 address that came over an IPv6 socket: `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2). */
function plain(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
