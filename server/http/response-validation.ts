import type { Logger } from "pino";
import * as z from "zod";
import { contract, operationsOf } from "../../contract/index.ts";
import type { FileBytes, OperationDefinition } from "../../contract/index.ts";
import type { Config } from "../config.ts";
import { JsonStream, JsonText } from "./json-text.ts";

/**
 * Checks a successful answer against the contract.
 * @throws when it does not fit and answers are checked in full; a sampled one that does not fit is logged
 */
export type ResponseValidator = (operationId: string, status: number, body: unknown, logger: Logger) => void;

const sampleRate = 0.01;

/** Of a download: what the bytes are is not looked at. */
const bytes = z.custom<FileBytes>(
  (body) => typeof body === "object" && body !== null && Symbol.asyncIterator in body && Symbol.asyncDispose in body,
  "must be bytes",
);

/** The successful answers, by status: JSON, a file, or nothing where a browser is sent elsewhere. */
function successes({ download, redirect, responses }: OperationDefinition): Readonly<Record<string, z.ZodType>> {
  if (download) return { 200: bytes };
  return redirect ? { 302: z.undefined() } : responses;
}

export function createResponseValidator(mode: Config["VALIDATE_RESPONSES"]): ResponseValidator {
  const schemas = new Map(
    operationsOf(contract).flatMap(({ id, operation: { definition } }) =>
      Object.entries(successes(definition)).map(([status, schema]) => [`${id} ${status}`, schema] as const),
    ),
  );
  return (operationId, status, body, logger) => {
    if (mode === "off" || (mode === "sample" && Math.random() >= sampleRate)) return;
    if (body instanceof JsonStream) return; // it does not exist yet, and is made so that it never does as a whole
    const mistake = findMistake(operationId, status, body);
    if (mistake === null) return;
    if (mode === "all") throw new Error(mistake);
    logger.error({ operation: operationId }, mistake);
  };

  function findMistake(operationId: string, status: number, body: unknown): string | null {
    const schema = schemas.get(`${operationId} ${status}`);
    if (!schema) return `${operationId} answered ${status}, which its contract does not declare`;
    const result = schema.safeParse(body instanceof JsonText ? JSON.parse(body.text) : body);
    if (result.success) return null;
    // The values stay out: they may be somebody's.
    return `${operationId} answered what its contract does not allow: ${result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`;
  }
}
