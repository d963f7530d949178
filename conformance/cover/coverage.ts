import { jsonOf } from "../operations.ts";
import type { Operation } from "../operations.ts";
import type { Channel } from "../messages.ts";
import { isOpen } from "../units.ts";
import type { Unit } from "../units.ts";
import type { World } from "../world.ts";
import { declareParts, noParts } from "./schema-parts.ts";
import { closeName, headerName, mediaName, messageName } from "./sightings.ts";
import type { Sightings } from "./sightings.ts";

/** How much of one kind of thing that the documents declare a run has met. */
export interface Coverage {
  /** What is counted: `statuses`. */
  readonly name: string;
  readonly met: number;
  readonly declared: number;
  /** The names of those that were not met. */
  readonly unmet: readonly string[];
}

/**
 * What the documents declare, against what a run has met: units by a case that passed, the rest by what came over the wire.
 * What is behind a closed gate is not counted.
 * @param passed the names of the cases that passed
 */
export function coverageOf(
  world: World,
  units: readonly Unit[],
  passed: ReadonlySet<string>,
  seen: Sightings,
): Coverage[] {
  const operations = [...world.operations.values()].filter(({ gate }) => isOpen(gate, world.gates));
  const channels = world.channels.filter(({ gate }) => isOpen(gate, world.gates));
  const answers = units.filter((unit) => unit.kind === "answer");
  const byOperation = Map.groupBy(answers, ({ operation }) => operation.id);
  const met = ({ name }: Unit): boolean => passed.has(name);
  const parts = partsOf(operations, channels);
  return [
    count(
      "operations",
      byOperation.keys(),
      new Set([...byOperation].filter(([, own]) => own.some(met)).map(([id]) => id)),
    ),
    count(
      "statuses",
      answers.map(({ name }) => name),
      passed,
    ),
    count("media types", mediaNames(operations), seen.media),
    count("headers", headerNames(operations), seen.headers),
    count(
      "messages",
      channels.flatMap((channel) => channel.messages.map((message) => messageName(channel, message))),
      seen.messages,
    ),
    count(
      "close codes",
      channels.flatMap((channel) => channel.closeCodes.map(({ code }) => closeName(channel, code))),
      seen.closeCodes,
    ),
    count("schema properties", parts.properties, seen.parts.properties),
    count("enum values", parts.values, seen.parts.values),
  ];
}

/** How much of all that is declared was met, whatever its kind; from 0 to 1. */
export function shareOf(coverage: readonly Coverage[]): number {
  const declared = coverage.reduce((sum, row) => sum + row.declared, 0);
  const met = coverage.reduce((sum, row) => sum + row.met, 0);
  return declared === 0 ? 1 : met / declared;
}

function count(name: string, declared: Iterable<string>, met: ReadonlySet<string>): Coverage {
  const all = new Set(declared);
  const unmet = [...all].filter((each) => !met.has(each));
  return { name, declared: all.size, met: all.size - unmet.length, unmet };
}

function mediaNames(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) =>
    operation.responses.flatMap(({ status, media }) => media.map(({ name }) => mediaName(operation, status, name))),
  );
}

function headerNames(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) =>
    operation.responses.flatMap(({ status, headers }) =>
      headers.map(({ name }) => headerName(operation, status, name)),
    ),
  );
}

/** What the server may send, of every schema that it may send. */
function partsOf(operations: readonly Operation[], channels: readonly Channel[]) {
  const parts = noParts();
  const seen = new Set<string>();
  const sent = [
    ...operations.flatMap(({ responses }) => responses.flatMap(({ media }) => jsonOf(media)?.schema ?? [])),
    ...channels.flatMap(({ messages }) =>
      messages.filter(({ direction }) => direction === "to-client").map(({ payload }) => payload),
    ),
  ];
  for (const schema of sent) declareParts(schema, parts, seen);
  return parts;
}
