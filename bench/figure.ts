import { cpuSeconds } from "./cpu.ts";
import type { Held } from "./processes.ts";

/** One side of a comparison, ready to be loaded. */
export interface Side {
  /** The process that does the work. */
  readonly pid: number;
  /** Puts load on it for a second or two. @returns how many operations it did, and in how many seconds */
  round(): Promise<Work>;
  /** Does some operations while nothing else is under way. @returns how long each took, in milliseconds */
  latencies?(): Promise<readonly number[]>;
  /** What one open socket over which nothing goes adds to the process. */
  readonly idleSocket?: Held;
}

export interface Work {
  readonly operations: number;
  readonly seconds: number;
}

/** A comparison: what this server does, next to the least that could do it. */
export interface Figure {
  readonly name: string;
  /** What an operation is. */
  readonly operation: string;
  /** What the other side is. */
  readonly peer: string;
  /** Where it matters how cost grows: how many times the peer's cost may be reached, the peer being the same with less. */
  readonly atMost?: number;
  /** Why it cannot be taken on this machine; null when it can. */
  obstacle?(): string | null;
  /** Starts both sides. */
  prepare(): Promise<Bout>;
}

export interface Bout {
  readonly ours: Side;
  readonly peer: Side;
  close(): Promise<void>;
}

/** One side in figures. */
export interface Summary {
  /** Operations in a second: the median of the rounds, and the slowest and the fastest of them. */
  readonly rate: { readonly median: number; readonly min: number; readonly max: number };
  /** Microseconds of processor time for one operation, over all rounds; null where the system does not tell. */
  readonly cpu: number | null;
  /** Milliseconds that 99 of 100 operations stay under while nothing else is under way; null where it is not asked. */
  readonly p99: number | null;
  /** Memory for an idle socket; null where it is not asked. */
  readonly idleSocket: Held | null;
}

export interface Outcome {
  readonly name: string;
  readonly operation: string;
  readonly peerName: string;
  readonly ours: Summary;
  readonly peer: Summary;
  /** How many times as fast the peer is. */
  readonly ratio: number;
  /** How many times the peer's processor time an operation costs here. */
  readonly cpuRatio: number | null;
  /** How many times the peer's cost is asked for at the most; null where nothing is. */
  readonly atMost: number | null;
}

/** Runs both sides in turns, A B A B …, so that whatever else the machine does falls on both. The first of each is warm-up. */
export async function compare(figure: Figure, rounds: number): Promise<Outcome> {
  const bout = await figure.prepare();
  try {
    await bout.ours.round();
    await bout.peer.round();
    const ours: Measured[] = [];
    const peer: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measured(bout.ours));
      peer.push(await measured(bout.peer));
    }
    return outcome(figure, summary(bout.ours, ours), summary(bout.peer, peer));
  } finally {
    await bout.close();
  }
}

interface Measured extends Work {
  readonly cpuSeconds: number | null;
  readonly latencies: readonly number[];
}

async function measured(side: Side): Promise<Measured> {
  const before = await cpuSeconds(side.pid);
  const work = await side.round();
  const after = await cpuSeconds(side.pid);
  const latencies = (await side.latencies?.()) ?? [];
  return { ...work, cpuSeconds: before === null || after === null ? null : after - before, latencies };
}

function summary({ idleSocket }: Side, rounds: readonly Measured[]): Summary {
  const rates = rounds.map(({ operations, seconds }) => operations / seconds).toSorted((a, b) => a - b);
  const cpu = rounds.reduce<number | null>(
    (sum, round) => (sum === null || round.cpuSeconds === null ? null : sum + round.cpuSeconds),
    0,
  );
  const operations = rounds.reduce((sum, round) => sum + round.operations, 0);
  const latencies = Float64Array.from(rounds.flatMap((round) => round.latencies)).sort();
  return {
    rate: { median: rates[Math.floor(rates.length / 2)] ?? 0, min: rates[0] ?? 0, max: rates.at(-1) ?? 0 },
    cpu: cpu === null ? null : (cpu * 1e6) / operations,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? null,
    idleSocket: idleSocket ?? null,
  };
}

function outcome({ name, operation, peer: peerName, atMost }: Figure, ours: Summary, peer: Summary): Outcome {
  return {
    name,
    operation,
    peerName,
    ours,
    peer,
    ratio: peer.rate.median / ours.rate.median,
    cpuRatio: ours.cpu === null || peer.cpu === null || peer.cpu === 0 ? null : ours.cpu / peer.cpu,
    atMost: atMost ?? null,
  };
}
