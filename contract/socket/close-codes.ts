import type { CloseCode } from "../channel.ts";

/** A client that has so many frames in a row refused with `rate_limited` does not listen, and is closed with 4429. */
export const mostRefusedFrames = 100;

/** Why a conversation's socket is closed, whichever protocol it speaks. @param resumption how a client gets what it has missed */
export function closeCodes(resumption: string): readonly CloseCode[] {
  return [
    {
      code: 1001,
      summary: "Going away",
      reconnect: true,
      description: "The server is shutting down.",
    },
    {
      code: 1009,
      summary: "Message too big",
      reconnect: true,
      description: "A frame was larger than the server accepts, as it came or when inflated.",
    },
    {
      code: 1013,
      summary: "Try again later",
      reconnect: true,
      description: `The client reads too slowly: connect again with ${resumption}. Or the store, or the OpenID provider, whose keys prove a token, does not answer.`,
    },
    {
      code: 4400,
      summary: "Bad parameters",
      reconnect: false,
      description: "The path or the query does not fit the contract, or credentials disagree; the reason says which.",
    },
    {
      code: 4401,
      summary: "Unauthenticated",
      reconnect: false,
      description:
        "The credentials are missing or not valid, or stopped working: the key was revoked or expired, the session ended, or the user was disabled.",
    },
    {
      code: 4403,
      summary: "Forbidden",
      reconnect: false,
      description: "The Origin may not use a session cookie.",
    },
    {
      code: 4404,
      summary: "No such conversation",
      reconnect: false,
      description: "The conversation does not exist or has been deleted.",
    },
    {
      code: 4429,
      summary: "Too many",
      reconnect: true,
      description: `You or your address have too many sockets open, your address has made too many requests or sent too many wrong keys, or you went on sending after ${mostRefusedFrames} frames in a row had been refused with \`rate_limited\`. Close a socket, or wait, before connecting again; the reason says which.`,
    },
  ];
}
