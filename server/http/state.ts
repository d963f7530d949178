import type { Response } from "express";
import type { Logger } from "pino";
import type { Principal } from "../identity/principal.ts";

/** What the middleware knows of a request. */
export interface RequestState {
  /** The request's id: the client's, or one made up. */
  readonly requestId: string;
  /** What is wrong with the `X-Request-ID` that the client sent, if anything. */
  readonly badRequestId: string | null;
  /** Knows the request's id, its trace, and its conversation as soon as there is one. */
  logger: Logger;
  /** Who makes the request; null before authentication and where none is needed. */
  principal: Principal | null;
  /** The operation's id; null until one has been found, if ever. */
  operation: string | null;
  /** The operation's id where it is deprecated or gone. */
  deprecated: string | null;
}

/** The state of the request that a response answers. */
export function stateOf(res: Response): RequestState {
  return res.locals["state"] as RequestState; // set by the outermost middleware
}
