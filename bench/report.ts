import { cpus, loadavg, release, totalmem, type } from "node:os";
import type { Outcome, Summary } from "./figure.ts";
import type { MemoryOutcome } from "./memory.ts";
import type { Held } from "./processes.ts";

/** What the figures were taken on. */
export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "processor"}, ${memory} GB, ${type()} ${release()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
}

/** A comparison as a person reads it. */
export function describe(outcome: Outcome): string {
  const { operation, peerName, ours, peer, ratio, cpuRatio } = outcome;
  const lines = [
    operation,
    `  ours  ${side(ours)}`,
    `  peer  ${side(peer)}   ${peerName}`,
    `  the peer is ${times(ratio)} as fast${cpuRatio === null ? "" : `; an operation costs ${times(cpuRatio)} its processor time`}`,
    ...beside("p99 latency while nothing else is under way:", ours.p99, peer.p99, "ms"),
    ...beside("heap and buffers of an idle socket:", kibibytes(ours, "held"), kibibytes(peer, "held"), "KiB"),
    ...beside("resident memory of it:", kibibytes(ours, "resident"), kibibytes(peer, "resident"), "KiB"),
    ...verdict(outcome),
  ];
  return lines.join("\n");
}

function beside(what: string, ours: number | null, peer: number | null, unit: string): string[] {
  if (ours === null || peer === null) return [];
  return [`  ${what} ${ours.toFixed(1)} ${unit}, the peer ${peer.toFixed(1)} ${unit}, ${times(ours / peer)} as much`];
}

function kibibytes({ idleSocket }: Summary, which: keyof Held): number | null {
  return idleSocket === null ? null : idleSocket[which] / 1024;
}

/** By processor time where the system tells it: it is what other work on the machine disturbs least. */
function verdict({ ratio, cpuRatio, atMost }: Outcome): string[] {
  if (atMost === null) return [];
  const growth = cpuRatio ?? ratio;
  return [
    `  grows ${growth.toFixed(2)} times; ${growth <= atMost ? "within" : "BEYOND"} the ${atMost} that is asked for`,
  ];
}

/** How much a process grew, as a person reads it. */
export function describeMemory({ operation, goal, mebibytes, seconds, growth }: MemoryOutcome): string {
  const grew = growth === null ? "the system does not tell" : `grew ${count(growth)} MiB`;
  return `${operation} of ${count(mebibytes)} MiB\n  ours  ${grew} at the most, goal ${goal} MiB; took ${seconds.toFixed(1)} s`;
}

function side({ rate, cpu }: Summary): string {
  const spread = `${count(rate.min)}–${count(rate.max)}`;
  const cost = cpu === null ? "" : `${cpu.toFixed(cpu < 100 ? 1 : 0)} µs`.padStart(9);
  return `${count(rate.median).padStart(9)}/s  ${spread.padEnd(19)} ${cost}`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times`;
}
