import type { RequestHandler, Response } from "express";
import { contract, operationsOf, standardHeaders } from "../../contract/index.ts";
import { rateHeaders } from "../rate-windows.ts";
import type { Standing } from "../rate-windows.ts";
import type { RequestLimits } from "../request-limits.ts";
import type { AddressOf } from "./peer.ts";

const exemptPaths = new Set(
  operationsOf(contract)
    .filter(({ operation }) => operation.metadata.rateLimit === "exempt")
    .map(({ operation }) => operation.path),
);

/** Counts requests by the address that they come from. One whose client has left while it waited is not carried out. */
export function limitAddresses(limits: RequestLimits, addressOf: AddressOf): RequestHandler {
  return async (req, res, next) => {
    const exempt = exemptPaths.has(req.path) || req.path.startsWith("/assets/");
    if (!exempt) {
      const gone = new AbortController();
      const leave = () => gone.abort();
      res.once("close", leave);
      try {
        writeStanding(await limits.countAddress(addressOf(req), gone.signal), res);
      } catch (error) {
        if (gone.signal.aborted) return;
        throw error;
      } finally {
        res.off("close", leave);
      }
    }
    next();
  };
}

/** The fields that list windows, to which each limit adds its own; the others are about the limit that counted last. */
const lists: ReadonlySet<string> = new Set([standardHeaders.RateLimit.name, standardHeaders.RateLimitPolicy.name]);

/** Says with an answer what is left of a limit. @param standing null where there is none */
export function writeStanding(standing: Standing | null, res: Response): void {
  for (const [name, value] of Object.entries(standing ? rateHeaders(standing) : {})) {
    const before = lists.has(name) ? res.getHeader(name) : undefined;
    res.setHeader(name, before === undefined ? value : `${String(before)}, ${value}`);
  }
}
