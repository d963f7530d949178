import * as z from "zod";
import type { OperationMetadata } from "./operation.ts";

/** The headers that a client may send, apart from its credentials. */
export const requestHeaders = {
  RequestId: {
    name: "X-Request-ID",
    description:
      "Names the request in the answer, in error bodies and in the server's log. Made up by the server when left out.",
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters")
      .meta({
        id: "RequestName",
        description: "A client's name for a request.",
        examples: ["01K9Z8Q4W3V5T7R9P1N3M5K7J9"],
      }),
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    description:
      "Makes the request safe to repeat: for 24 hours, the same request with the same key is carried out once and gets the first answer again. Choose a new one, such as a UUID, for each thing to be done. Another request with the key is refused with 409; a request that failed may be repeated with the same key.",
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
      .meta({
        id: "IdempotencyKey",
        description: "A client's name for what is to be done once. Each user has names of their own.",
        examples: ["0f8fad5b-d9cb-469f-a165-70867728950e"],
      }),
  },
  AccessToken: {
    name: "X-Access-Token",
    description: "The access token: a JWT that the server has signed (RFC 7519), for one user and one purpose.",
    schema: z.string().meta({
      id: "AccessToken",
      description: "A JWT of the server's own, which nobody else reads.",
      examples: ["eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.e30.c2lnbmF0dXJl"],
    }),
  },
} as const;
export type RequestHeader = keyof typeof requestHeaders;

/** Which headers an operation takes. Every one takes `X-Request-ID`. */
export function requestHeadersOf({
  idempotencyKey,
  security,
}: Pick<OperationMetadata, "idempotencyKey" | "security">): RequestHeader[] {
  const names: RequestHeader[] = ["RequestId"];
  if (idempotencyKey) names.push("IdempotencyKey");
  if (security === "accessToken") names.push("AccessToken");
  return names;
}

/** The headers of answers, apart from those that only one operation has. */
export const standardHeaders = {
  RequestId: { name: "X-Request-ID", description: "The request's id, as in the server's log.", schema: z.string() },
  RetryAfter: { name: "Retry-After", description: "Seconds to wait before trying again.", schema: z.int().min(0) },
  WwwAuthenticate: {
    name: "WWW-Authenticate",
    description: "The scheme to authenticate with (RFC 6750).",
    schema: z.string().regex(/^Bearer/),
  },
  RateLimitLimit: {
    name: "X-RateLimit-Limit",
    description: "How many requests the window that is nearest to its end allows.",
    schema: z.int().min(0),
  },
  RateLimitRemaining: {
    name: "X-RateLimit-Remaining",
    description: "How many requests are left in that window.",
    schema: z.int().min(0),
  },
  RateLimitReset: {
    name: "X-RateLimit-Reset",
    description: "When that window ends, in seconds since 1970.",
    schema: z.int().min(0),
  },
  RateLimitPolicy: {
    name: "RateLimit-Policy",
    description:
      'Every window that has counted the request (draft-ietf-httpapi-ratelimit-headers): its name, how many requests it allows (`q`), and its length in seconds (`w`), such as `"user-second";q=10;w=1, "user-minute";q=100;w=60`.',
    schema: z.string(),
  },
  RateLimit: {
    name: "RateLimit",
    description:
      'What is left in each of these windows (`r`), and in how many seconds it ends (`t`), such as `"user-second";r=9;t=1, "user-minute";r=99;t=60`.',
    schema: z.string(),
  },
  Deprecation: {
    name: "Deprecation",
    description: "Since when the operation is deprecated (RFC 9745): `@` and seconds since 1970.",
    schema: z.string().regex(/^@\d+$/),
  },
  Sunset: {
    name: "Sunset",
    description: "When the operation stops, or stopped, working (RFC 8594), as an HTTP date.",
    schema: z.string(),
  },
  Link: {
    name: "Link",
    description: 'The operation to use instead, as `rel="successor-version"` (RFC 8288).',
    schema: z.string(),
  },
  IdempotencyReplayed: {
    name: "Idempotency-Replayed",
    description:
      "`true` when the request had been carried out before and this is the first answer again; else `false`.",
    schema: z.enum(["true", "false"]),
  },
} as const;
export type StandardHeader = keyof typeof standardHeaders;

/** What an answer says of the limits that have counted its request. */
const rateHeaders = [
  "RateLimitLimit",
  "RateLimitRemaining",
  "RateLimitReset",
  "RateLimitPolicy",
  "RateLimit",
] as const satisfies StandardHeader[];

/** Which of the standard headers an answer of this status always has. */
export function standardHeadersOf(
  metadata: Pick<OperationMetadata, "deprecation" | "idempotencyKey">,
  status: number,
): StandardHeader[] {
  const names: StandardHeader[] = ["RequestId"];
  if (metadata.idempotencyKey && status < 300) names.push("IdempotencyReplayed");
  if (status === 401) names.push("WwwAuthenticate");
  if (status === 429) names.push("RetryAfter", ...rateHeaders);
  if (status === 503) names.push("RetryAfter");
  if (metadata.deprecation && status !== 429 && status !== 500) names.push("Deprecation", "Sunset", "Link");
  return names;
}

/** Which more it has where the operator has limits on. */
export function limitHeadersOf({ rateLimit }: Pick<OperationMetadata, "rateLimit">): StandardHeader[] {
  return rateLimit === "exempt" ? [] : [...rateHeaders];
}
