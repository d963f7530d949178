/** An operation or message that is on its way out, as data: documents, headers, log lines and the migration guide come from it. */
export interface Deprecation {
  /** `deprecated` works until its sunset and is answered with 410 from then on; `gone` is so already and has no handler. */
  readonly state: "deprecated" | "gone";
  /** The day it became deprecated, `YYYY-MM-DD` (RFC 9745 `Deprecation`). */
  readonly since: string;
  /** The day from whose first second in UTC on it does not work, `YYYY-MM-DD` (RFC 8594 `Sunset`). */
  readonly sunset: string;
  /** What to use instead: an operation id such as `settings.merge`, the name of a message, or that of a field. */
  readonly replacement: string;
  /** Why, in a sentence for a person. */
  readonly reason: string;
}

/**
 * Metadata of a field, or of a message's payload, that is on its way out: its schema says so in both documents, and the
 * guide, the changelog and the types of the client with it. The replacement of a field is another field.
 * @example secrets_store: z.object({}).meta({ description: "Always empty.", ...deprecated({ … }) })
 */
export function deprecated(deprecation: Deprecation) {
  return { deprecated: true, "x-sunset": deprecation.sunset, "x-deprecation": { ...deprecation } } as const;
}
