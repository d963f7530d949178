import type { RequestHandler, Response } from "express";
import { contract, operationsOf, standardHeaders } from "../../contract/index.ts";
import type { Deprecation } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { isOver } from "../deprecation.ts";
import type { DeprecatedUses } from "../deprecation.ts";
import type { AddressOf } from "./peer.ts";
import { stateOf } from "./state.ts";

/** An operation that is deprecated or gone. */
export interface DeprecatedOperation {
  readonly id: string;
  readonly method: string;
  /** With parameters as `:name`. */
  readonly path: string;
  readonly deprecation: Deprecation;
}

export interface DeprecationDeps {
  readonly clock: Clock;
  readonly uses: DeprecatedUses;
  readonly addressOf: AddressOf;
}

const successors = new Map(operationsOf(contract).map(({ id, operation }) => [id, operation]));

/**
 * Says with every answer of a deprecated operation what will become of it, and answers 410 itself once that has happened:
 * whatever was sent, and by whom.
 */
export function heedDeprecation(operation: DeprecatedOperation, deps: DeprecationDeps): RequestHandler {
  const { id, deprecation } = operation;
  return (req, res, next) => {
    const state = stateOf(res);
    state.deprecated = id;
    writeDeprecation(res, deprecation, req.params);
    res.once("close", () => {
      const userId = state.principal?.userId ?? null; // known by now, if ever
      deps.uses.note({ name: id, userId, address: deps.addressOf(req), logger: state.logger });
    });
    if (isOver(deprecation, deps.clock)) throw new ApiError("operation_removed", removal(operation));
    next();
  };
}

/** The headers of a deprecated or gone operation: RFC 9745, RFC 8594 and the `successor-version` of RFC 5829. */
function writeDeprecation(
  res: Response,
  { since, sunset, replacement }: Deprecation,
  params: Readonly<Record<string, string | string[]>>,
): void {
  res.setHeader(standardHeaders.Deprecation.name, `@${Date.parse(since) / 1000}`);
  res.setHeader(standardHeaders.Sunset.name, new Date(sunset).toUTCString());
  const target = filledIn(successors.get(replacement)?.path ?? "", params);
  res.setHeader(standardHeaders.Link.name, `<${target}>; rel="successor-version"`);
}

/** The successor's path for the very thing that the request is about: its parameters are among the request's. */
function filledIn(path: string, params: Readonly<Record<string, string | string[]>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function removal({ method, path, deprecation: { sunset, replacement, reason } }: DeprecatedOperation): string {
  const successor = successors.get(replacement);
  const instead = successor && addressed(successor.method, successor.path);
  return `${addressed(method, path)} was removed on ${sunset}. Use ${instead} instead. ${reason}`;
}

/** As the document writes it. */
function addressed(method: string, path: string): string {
  return `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
}
