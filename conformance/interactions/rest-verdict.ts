import { child, placeOf } from "../documents.ts";
import { codeOf } from "../http/checks.ts";
import { isObject } from "../json.ts";
import { isSuccess, jsonOf, responseFor } from "../operations.ts";
import type { Operation } from "../operations.ts";
import type { Answer } from "../probe.ts";
import type { Failure } from "../results.ts";
import { areDependent, detailsFailures } from "./details.ts";
import { misfitsIn } from "./interaction.ts";
import type { Misfit, Values } from "./interaction.ts";
import { effectFailures } from "./promised-effects.ts";

/** The code that says that a part of a request does not fit. */
export const misfitCode = "validation_failed";

/** The code that says that a body is of another media type than the document lists. */
const mediaCode = "unsupported_media_type";

/**
 * What an answer says about the values of a request, beyond what holds of every answer: values that fit are not refused for
 * their form, others are, and the refusal names the part.
 */
export function judgeAnswer(operation: Operation, answer: Answer, values: Values): Failure[] {
  const misfits = misfitsIn(values);
  const crash = answer.status >= 500 && answer.status !== 502 && answer.status !== 503 ? [crashed(answer)] : [];
  if (crash.length > 0) return crash;
  return misfits.length === 0 ? judgeFitting(operation, answer, values) : judgeMisfits(operation, answer, misfits);
}

function crashed(answer: Answer): Failure {
  return {
    promise: "No request makes the server fail.",
    where: undefined,
    expected: "a status below 500",
    found: `status ${answer.status}`,
  };
}

function judgeFitting(operation: Operation, answer: Answer, values: Values): Failure[] {
  if (isSuccess(answer.status)) return effectFailures(values, answer.json);
  if (answer.status === 415 && codeOf(answer) === mediaCode) return [notTaken(operation, answer)];
  const isRefused = [400, 422].includes(answer.status) && [misfitCode, undefined].includes(codeOf(answer));
  if (!isRefused || areDependent(detailsOf(answer), [...values.keys()])) return [];
  const failure = {
    promise: "What fits the document is not refused for its form.",
    where: placeOf(operation.node),
    expected: `another answer than ${answer.status} ${misfitCode}`,
    found: `${answer.status}: ${JSON.stringify(detailsOf(answer) ?? answer.text.slice(0, 300))}`,
  };
  return [failure];
}

function notTaken(operation: Operation, answer: Answer): Failure {
  return {
    promise: "A media type of the document is taken, with a charset too (RFC 9110 §8.3.1).",
    where: `${placeOf(operation.node)}/requestBody/content`,
    expected: "another answer",
    found: `${answer.status} ${mediaCode}`,
  };
}

function judgeMisfits(operation: Operation, answer: Answer, misfits: readonly Misfit[]): Failure[] {
  // An id of no possible form names nothing.
  const isAbsent = answer.status === 404 && misfits.some(({ part }) => part.place === "path");
  if (isAbsent) return [];
  const [{ part, mismatches } = { part: undefined, mismatches: [] }] = misfits;
  const code = codeOf(answer);
  const isRefused = answer.status === 422 || (answer.status === 400 && (code === misfitCode || !hasCodes(operation)));
  if (isRefused) return detailsOfRefusal(operation, answer, misfits);
  const [mismatch] = mismatches;
  return [
    {
      promise: "What does not fit the document is refused.",
      where: mismatch && part && `${part.schema.document.kind}.yaml#${mismatch.pointer}`,
      expected: `400 ${misfitCode}, since ${part?.name ?? ""}${mismatch?.at ?? ""} ${mismatch?.message ?? "does not fit"}`,
      found: [answer.status, code ?? ""].join(" ").trim(),
    },
  ];
}

/** The refusal names the part, where the document has a place for that. */
function detailsOfRefusal(operation: Operation, answer: Answer, misfits: readonly Misfit[]): Failure[] {
  const schema = jsonOf(responseFor(operation, answer.status)?.media ?? [])?.schema;
  const alternatives = schema && (child(schema, "oneOf") ?? child(schema, "anyOf"));
  const hasDetails = [schema, ...(alternatives ? [child(alternatives, "0")] : [])].some(
    (node) => node && child(node, "properties", "details"),
  );
  return hasDetails ? detailsFailures(detailsOf(answer), misfits) : [];
}

function detailsOf({ json }: Answer): unknown {
  return isObject(json) ? json["details"] : undefined;
}

function hasCodes(operation: Operation): boolean {
  return responseFor(operation, 400)?.codes.includes(misfitCode) === true;
}
