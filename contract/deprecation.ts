/** An operation or message that is on its way out, as data: documents, headers, log lines and the migration guide come from it. */
export interface Deprecation {
  /** `deprecated` still works; `gone` is answered with 410 and has no handler. */
  readonly state: "deprecated" | "gone";
  /** The day it became deprecated, `YYYY-MM-DD` (RFC 9745 `Deprecation`). */
  readonly since: string;
  /** The day it stops, or stopped, working, `YYYY-MM-DD` (RFC 8594 `Sunset`). */
  readonly sunset: string;
  /** What to use instead: an operation id such as `settings.merge`, or a message name. */
  readonly replacement: string;
  /** Why, in a sentence for a person. */
  readonly reason: string;
}
