import type { DeprecatedCall } from "./catalogue.ts";
import type { Skipped, TrafficReader, Use } from "./traffic.ts";

/** What was found in recorded traffic. */
export interface Report {
  readonly read: { readonly requests: number; readonly frames: number };
  /** The deprecated calls that were made, those that end first at the top. */
  readonly uses: readonly CallReport[];
  /** What could not be read: how much of it, and the first of it. */
  readonly skipped: { readonly count: number; readonly first: readonly Skipped[] };
}

/** A deprecated call, and how it was used. */
export interface CallReport extends DeprecatedCall {
  /** Whether it does not work any more. */
  readonly over: boolean;
  /** Days until its sunset, negative after it; null where the document names none. */
  readonly daysLeft: number | null;
  readonly count: number;
  /** RFC 3339; null where the recording does not say. */
  readonly first: string | null;
  readonly last: string | null;
  /** Who has made it how often, the most frequent first. */
  readonly callers: readonly { readonly caller: string; readonly count: number }[];
  /** How often it was answered with which status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Gathers what a reader finds. Its memory grows with the different calls and callers, not with the traffic. */
export interface Gathering extends TrafficReader {
  report(now: Date): Report;
}

/** So many parts that could not be read are named; the others are counted. */
const maxNamed = 10;

const dayMs = 86_400_000;

export function gather(): Gathering {
  const read = { requests: 0, frames: 0 };
  const tallies = new Map<DeprecatedCall, Tally>();
  const named: Skipped[] = [];
  let skipped = 0;
  return {
    seen: (kind) => void (read[kind] += 1),
    used(use) {
      const tally = tallies.get(use.call) ?? newTally();
      tallies.set(use.call, tally);
      add(tally, use);
    },
    skipped(part) {
      skipped += 1;
      if (named.length < maxNamed) named.push(part);
    },
    report: (now) => ({
      read: { ...read },
      uses: [...tallies]
        .map(([call, tally]) => callReport(call, tally, now))
        .toSorted((a, b) => (a.daysLeft ?? Infinity) - (b.daysLeft ?? Infinity) || b.count - a.count),
      skipped: { count: skipped, first: [...named] },
    }),
  };
}

interface Tally {
  count: number;
  first: number;
  last: number;
  readonly callers: Map<string, number>;
  readonly statuses: Map<number, number>;
}

function newTally(): Tally {
  return { count: 0, first: Infinity, last: -Infinity, callers: new Map(), statuses: new Map() };
}

function add(tally: Tally, { count, at, caller, status }: Use): void {
  tally.count += count;
  tally.first = Math.min(tally.first, at ?? Infinity);
  tally.last = Math.max(tally.last, at ?? -Infinity);
  if (caller !== null) tally.callers.set(caller, (tally.callers.get(caller) ?? 0) + count);
  if (status !== null) tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + count);
}

function callReport(call: DeprecatedCall, { count, first, last, callers, statuses }: Tally, now: Date): CallReport {
  const left = call.sunset === null ? null : (Date.parse(call.sunset) - now.getTime()) / dayMs;
  const moment = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return {
    ...call,
    over: call.state === "gone" || (left !== null && left <= 0),
    daysLeft: left === null ? null : Math.ceil(left),
    count,
    first: moment(first),
    last: moment(last),
    callers: [...callers].map(([caller, times]) => ({ caller, count: times })).toSorted((a, b) => b.count - a.count),
    statuses: Object.fromEntries(statuses),
  };
}

/** The report for a person. */
export function reportText({ read, uses, skipped }: Report): string {
  const { requests, frames } = read;
  const of = [plural(requests, "request"), ...(frames > 0 ? [plural(frames, "frame")] : [])].join(" and ");
  const summary =
    uses.length === 0
      ? `No call among ${of} is deprecated or gone.`
      : `${plural(uses.length, "deprecated or gone call")} among ${of}:`;
  const more = skipped.count - skipped.first.length;
  const unread = [
    ...skipped.first.map(({ where, why }) => `skipped ${where}: ${why}`),
    ...(more > 0 ? [`skipped ${more} more`] : []),
  ];
  return [summary, ...uses.map(useText), ...(unread.length > 0 ? [unread.join("\n")] : [])].join("\n\n");
}

function useText(use: CallReport): string {
  const { call, replacement, reason, count, first, last, callers, statuses } = use;
  const when = first === null ? "" : first === last ? `, ${first}` : `, ${first} to ${last}`;
  const who = callers.slice(0, 5).map(({ caller, count: times }) => `${caller} (${times})`);
  if (callers.length > who.length) who.push(`${callers.length - who.length} more`);
  const answers = Object.entries(statuses).map(([status, times]) => `${status} (${times})`);
  const rows = [
    ["use instead", replacement],
    ["why", reason],
    ["used", `${plural(count, "time")}${when}`],
    ["by", who.join(", ")],
    ["answered", answers.join(", ")],
  ] as const;
  const lines = rows.flatMap(([name, text]) => (text ? [`  ${name.padEnd(12)}${text}`] : []));
  return [`${call}: ${fate(use)}`, ...lines].join("\n");
}

function fate({ over, sunset, daysLeft }: CallReport): string {
  if (sunset === null || daysLeft === null) return over ? "GONE" : "deprecated";
  if (!over) return `deprecated, stops working on ${sunset}, in ${plural(daysLeft, "day")}`;
  return `GONE since ${sunset}${daysLeft < 0 ? `, ${plural(-daysLeft, "day")} ago` : ""}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
