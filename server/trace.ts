import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";

/** Where a request stands in a trace that may begin and end elsewhere (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits, the same for all that the trace holds. */
  readonly traceId: string;
  /** 16 hexadecimal digits: this server's part. */
  readonly spanId: string;
  /** The caller's part; null where the trace begins here. */
  readonly parentId: string | null;
  /** Whether the caller records the trace. */
  readonly sampled: boolean;
  /** What other systems on the way have added, which is passed on as it came. */
  readonly state: string | null;
}

const current = new AsyncLocalStorage<TraceContext>();

/** Carries something out as part of a trace: what is asked of others on the way names it. */
export function inTrace<Result>(context: TraceContext, work: () => Result): Result {
  return current.run(context, work);
}

/** The headers that a request begins or continues a trace with. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Goes on with the caller's trace, or begins one: also where what the caller says is malformed, as §4.3 has it. */
export function continueTrace({ traceparent = "", tracestate }: TraceHeaders): TraceContext {
  const spanId = randomBytes(8).toString("hex");
  const parent = parseTraceparent(traceparent);
  if (!parent) return { traceId: randomBytes(16).toString("hex"), spanId, parentId: null, sampled: false, state: null };
  const { traceId, parentId, sampled } = parent;
  const state = tracestate !== undefined && tracestate.length <= longestState ? tracestate : null;
  return { traceId, spanId, parentId, sampled, state };
}

/** At least so much is to be passed on, §3.3.1.5; of more, nothing is. */
const longestState = 512;

/** A later version may go on after what version 00 has, §3.2.2. */
const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

function parseTraceparent(text: string): (Pick<TraceContext, "traceId" | "sampled"> & { parentId: string }) | null {
  const [, version, traceId, parentId, flags, rest] = form.exec(text) ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return null;
  if (version === "00" && rest !== undefined) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The headers by which another server goes on with the trace that this is part of; none outside of a trace. */
export function traceHeaders(): Record<string, string> {
  const context = current.getStore();
  if (!context) return {};
  const { traceId, spanId, sampled, state } = context;
  return {
    traceparent: `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`,
    ...(state !== null && { tracestate: state }),
  };
}

/** `fetch`, which tells the other server of the trace. */
export const tracedFetch: typeof fetch = (input, init = {}) => {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : {}));
  for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value);
  return fetch(input, { ...init, headers });
};
