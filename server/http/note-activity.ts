import type { RequestHandler } from "express";
import { contract, operationsOf } from "../../contract/index.ts";
import type { Activity } from "../activity.ts";
import { metricsPath } from "./metrics.ts";

const probePaths: ReadonlySet<string> = new Set([
  metricsPath,
  ...operationsOf(contract)
    .filter(({ operation }) => operation.metadata.tag === "Health")
    .map(({ operation }) => operation.path),
]);

/** Notes every request that is no probe: what watches a server does not keep it from being idle. */
export function noteActivity(activity: Activity): RequestHandler {
  return (req, _res, next) => {
    if (!probePaths.has(req.path)) activity.note();
    next();
  };
}
