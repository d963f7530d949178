import type { Call } from "../calls.ts";
import { parametersIn } from "../operations.ts";
import type { Operation } from "../operations.ts";

/** The header that makes a repeated request get the first answer again. */
export const idempotencyKey = "Idempotency-Key";

/** Whether the document says that an operation takes the header. */
export function takesKey(operation: Operation): boolean {
  return parametersIn(operation, "header").some(({ name }) => name.toLowerCase() === idempotencyKey.toLowerCase());
}

/** The same call with a key. */
export function withKey(call: Call, key: string): Call {
  return { ...call, headers: { ...call.headers, [idempotencyKey]: key } };
}
