import * as z from "zod";

/**
 * For `.meta()`: says in the documents that a value of the right form may still be refused with `validation_failed`, and what
 * it is held against. Clients need not guess, and the conformance runner does not take such a refusal for a mistake.
 */
export function dependsOn(what: string) {
  return { "x-depends-on": what };
}

/** A conversation's id: 32 lower-case hexadecimal digits (a UUID without dashes). */
export const ConversationId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits")
  .meta({
    id: "ConversationId",
    description: "Identifies a conversation: 32 lower-case hexadecimal digits.",
    examples: ["5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84"],
  });

/** A UUID as a client may write it: upper or lower case, with dashes or without. What comes out is an id of ours. */
export function uuidParameter() {
  return z
    .string()
    .regex(
      /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
      "must be a UUID: 32 hexadecimal digits, dashes may be left out",
    )
    .transform((text) => text.replaceAll("-", "").toLowerCase())
    .pipe(ConversationId);
}

/** An event's id: counted from 0 in each conversation, one more each time, without a gap. */
export const EventId = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({
    id: "EventId",
    description: "Identifies an event within its conversation: 0, 1, 2, … in the order of the log, without a gap.",
    examples: [7],
  });

/** RFC 3339 in UTC with `Z`, the only form in which time goes over the wire. */
export const Timestamp = z.iso.datetime({ offset: false }).meta({
  id: "Timestamp",
  description: "A moment in UTC, RFC 3339 with `Z`.",
  examples: ["2026-11-22T10:15:30.123Z"],
});

/** An opaque position in a list, as handed out in `next_page_id`. */
export const PageId = z
  .string()
  .min(1)
  .max(512)
  .meta({
    id: "PageId",
    description:
      "An opaque position in a list. Send back a `next_page_id` unchanged; any other value is refused with 400.",
    ...dependsOn("an earlier answer"),
    examples: ["MjAyNi0xMS0yMlQxMDoxNTozMC4xMjNa"],
  });

/** A path inside a conversation's workspace. */
export const WorkspacePath = z
  .string()
  .min(1)
  .max(4096)
  .meta({
    id: "WorkspacePath",
    description:
      "A path inside the workspace, relative to its root. A path that leads outside (`..`, an absolute path elsewhere, a symlink) is refused.",
    examples: ["src/index.ts"],
  });

/** `"success": true`, which every acknowledgement holds. */
export const success = z.literal(true).describe("Always true: the request was carried out.");

/**
 * An integer in a query string or a path. Accepts decimal digits with an optional minus sign and nothing else,
 * unlike `z.coerce.number()`, which takes `""` for 0 and reads `0x10` and `1e3`.
 * @param bounds both inclusive
 */
export function integerParameter(bounds: { min?: number; max?: number } = {}) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  return z
    .string()
    .regex(/^-?\d+$/, "must be an integer in decimal digits")
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** A boolean in a query string: `true`, `false`, `1` or `0`. */
export function booleanParameter() {
  return z
    .enum(["true", "false", "1", "0"], "must be true, false, 1 or 0")
    .transform((text) => text === "true" || text === "1")
    .pipe(z.boolean());
}

/** A comma separated list in a query string, each entry of which `entry` accepts; blanks are dropped. */
export function listParameter<Entry extends z.ZodType<string, string>>(entry: Entry) {
  return z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(entry));
}

/**
 * A parameter of a query string that is repeated for each entry: `ids=a&ids=b`. One with commas is read as several too.
 * @param most how many entries there may be
 */
export function repeatedParameter<Entry extends z.ZodType<unknown, string>>(entry: Entry, most: number) {
  return z
    .union([z.string(), z.array(z.string())], "is missing")
    .transform((given) => [given].flat().flatMap((text) => text.split(",")))
    .pipe(z.array(entry).min(1).max(most, `must have at most ${most} entries`))
    .meta({ explode: true });
}

/** A moment as a client may write it: RFC 3339 with any offset, which is read into UTC; without one it is UTC. */
export const Moment = z.iso
  .datetime({ offset: true, local: true, error: "must be a date and time of RFC 3339, such as 2026-11-22T10:15:30Z" })
  .meta({
    id: "Moment",
    description: "A moment, RFC 3339 with any offset. Without one it is read as UTC.",
    examples: ["2026-11-22T10:15:30.123Z", "2026-11-22T12:15:30+02:00", "2026-11-22T10:15:30"],
  });

/** A moment in a query string or a body; what comes out is in UTC. */
export function momentParameter() {
  return Moment.transform(limitInUtc).pipe(Moment);
}

/** The first and the last moment that four digits of a year can write: an offset leads to none beyond. */
const [firstMoment, lastMoment] = [Date.parse("0000-01-01T00:00:00.000Z"), Date.parse("9999-12-31T23:59:59.999Z")];

/** A `Moment` in UTC, RFC 3339 with `Z`, to the millisecond: what is finer is dropped. */
export function inUtc(moment: string): string {
  return written(timeOf(moment));
}

/** As the server's own times are to the millisecond, what is finer counts as the next one, so that no limit moves down. */
function limitInUtc(moment: string): string {
  const isFiner = /\.\d{3}0*[1-9]/.test(moment);
  return written(timeOf(moment) + (isFiner ? 1 : 0));
}

function timeOf(moment: string): number {
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(moment) ? moment : `${moment}Z`);
}

function written(time: number): string {
  return new Date(Math.min(Math.max(time, firstMoment), lastMoment)).toISOString();
}

/** Sizes in bytes beyond which a request is refused with 413, or a socket closed with 1009. Defaults; operators may change them. */
export const sizeLimits = {
  jsonBody: 4 * 1024 * 1024,
  upload: 100 * 1024 * 1024,
  socketFrame: 4 * 1024 * 1024,
} as const;
