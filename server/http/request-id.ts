import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { requestHeaders } from "../../contract/index.ts";
import type { RequestState } from "./state.ts";

const header = requestHeaders.RequestId;

/** Gives each request an id and a logger, and logs one line when it has been answered. Never a header, a query or a body. */
export function requestId(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const sent = req.get(header.name);
    const parsed = header.schema.safeParse(sent);
    const id = parsed.success ? parsed.data : randomUUID();
    const began = performance.now();
    const state: RequestState = {
      requestId: id,
      badRequestId: sent === undefined || parsed.success ? null : (parsed.error.issues[0]?.message ?? null),
      logger: logger.child({ request_id: id }),
      principal: null,
      deprecated: null,
    };
    res.locals["state"] = state;
    res.setHeader(header.name, id);
    res.once("close", () => {
      state.logger.info(
        {
          method: req.method,
          path: req.path,
          status: res.statusCode,
          ms: Math.round(performance.now() - began),
          ...(state.principal && { user_id: state.principal.userId }),
          ...(state.deprecated !== null && { deprecated: state.deprecated }),
          ...(!res.writableFinished && { aborted: true }),
        },
        "request",
      );
    });
    next();
  };
}
