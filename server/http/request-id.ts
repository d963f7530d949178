import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { requestHeaders } from "../../contract/index.ts";
import type { Metrics } from "../metrics.ts";
import { continueTrace, inTrace } from "../trace.ts";
import type { RequestState } from "./state.ts";

const header = requestHeaders.RequestId;

/** What a request is called: as its client wants it, where that is well-formed. */
export interface RequestName {
  readonly id: string;
  /** What is wrong with the client's name for it, if anything. */
  readonly mistake: string | null;
}

/** @param sent the `X-Request-ID` of the client */
export function nameRequest(sent: string | undefined): RequestName {
  const { data, error } = header.schema.optional().safeParse(sent);
  return { id: data ?? randomUUID(), mistake: error?.issues[0]?.message ?? null };
}

/**
 * Gives each request an id and a logger, makes it part of a trace, and logs one line and counts one when it has been answered.
 * Never a header, a query or a body.
 */
export function requestId(logger: Logger, metrics: Pick<Metrics, "answered">): RequestHandler {
  return (req, res, next) => {
    const { id, mistake } = nameRequest(req.get(header.name));
    const trace = continueTrace({ traceparent: req.get("traceparent"), tracestate: req.get("tracestate") });
    const began = performance.now();
    const state: RequestState = {
      requestId: id,
      badRequestId: mistake,
      logger: logger.child({ request_id: id, trace_id: trace.traceId }),
      principal: null,
      operation: null,
      deprecated: null,
    };
    res.locals["state"] = state;
    res.setHeader(header.name, id);
    res.once("close", () => {
      const ms = performance.now() - began;
      metrics.answered({ operation: state.operation, status: res.statusCode, seconds: ms / 1000 });
      state.logger.info(
        {
          method: req.method,
          path: req.path,
          ...(state.operation !== null && { operation: state.operation }),
          status: res.statusCode,
          ms: Math.round(ms),
          ...(state.principal && { user_id: state.principal.userId }),
          ...(state.deprecated !== null && { deprecated: state.deprecated }),
          ...(!res.writableFinished && { aborted: true }),
        },
        "request",
      );
    });
    inTrace(trace, next);
  };
}
