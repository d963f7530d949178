import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { isLoopback } from "../loopback.ts";
import type { Metrics } from "../metrics.ts";
import { createAddressOf } from "./peer.ts";

/** Where operators find the metrics. It is no operation of the contract: it is not for those who use the API. */
export const metricsPath = "/metrics";

/**
 * Shows the metrics to whoever has the token, and to this machine. To everybody else the path is one that there is not.
 * @param token `METRICS_TOKEN`; undefined where only this machine is to see them
 */
export function showMetrics(metrics: Metrics, token: string | undefined): RequestHandler {
  return async (req, res, next) => {
    if (req.path !== metricsPath || req.method !== "GET" || !mayLook(req, token)) return next();
    const { type, text } = await metrics.exposition();
    const bytes = Buffer.from(text);
    res.setHeader("Content-Type", type);
    res.setHeader("Content-Length", bytes.length);
    res.end(bytes);
  };
}

function mayLook(req: IncomingMessage, token: string | undefined): boolean {
  const { authorization = "" } = req.headers;
  return (token !== undefined && isSame(authorization, `Bearer ${token}`)) || comesFromHere(req);
}

const connectedAddress = createAddressOf([]);

/** A proxy on this machine calls from it too, but says for whom, or by which name. */
function comesFromHere(req: IncomingMessage): boolean {
  const { headers } = req;
  const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some((name) => headers[name] !== undefined);
  const host = URL.parse(`http://${headers.host}`)?.hostname ?? "";
  return !forwarded && isLoopback(connectedAddress(req)) && isLoopback(host);
}

/** Takes as long whatever is different. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
