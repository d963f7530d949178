import type { Response } from "express";
import { contract, operationsOf, standardHeaders } from "../../contract/index.ts";
import type { Deprecation } from "../../contract/index.ts";

const pathOf = new Map(operationsOf(contract).map(({ id, operation }) => [id, operation.path]));

/** The headers of a deprecated or gone operation: RFC 9745, RFC 8594 and the `successor-version` of RFC 5829. */
export function writeDeprecation(res: Response, { since, sunset, replacement }: Deprecation): void {
  res.setHeader(standardHeaders.Deprecation.name, `@${Date.parse(since) / 1000}`);
  res.setHeader(standardHeaders.Sunset.name, new Date(sunset).toUTCString());
  res.setHeader(standardHeaders.Link.name, `<${pathOf.get(replacement)}>; rel="successor-version"`);
}
