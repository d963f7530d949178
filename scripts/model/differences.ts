import type { Channels, Difference, EventDifference, NamedOperation, OtherDifferences } from "../../contract/index.ts";
import { pathTemplate } from "./paths.ts";

/** A difference from upstream with the place that it is about. */
export interface DifferenceModel extends Difference {
  /** In Markdown: `POST /api/settings`, an address, names of events; empty where `topic` says all. */
  readonly where: string;
}

/** Every difference, each once: the general ones, then by operation, channel and event in the order of the contract. */
export function differenceModels(
  operations: readonly NamedOperation[],
  channels: Channels,
  { general, events }: OtherDifferences,
): DifferenceModel[] {
  return [
    ...general.map((difference) => ({ ...difference, where: "" })),
    ...differencesOfOperations(operations),
    ...Object.values(channels).flatMap(({ address, differences = [] }) =>
      differences.map((difference) => ({ ...difference, where: code(pathTemplate(address)) })),
    ),
    ...events.map(eventDifference),
  ];
}

/** A difference that several operations share is one, of all of them. */
function differencesOfOperations(operations: readonly NamedOperation[]): DifferenceModel[] {
  const places = operations.flatMap(({ operation: { method, path, metadata } }) =>
    (metadata.differences ?? []).map((difference) => ({ difference, where: code(`${method} ${pathTemplate(path)}`) })),
  );
  const shared = Map.groupBy(places, ({ difference }) => difference);
  return [...shared].map(([difference, group]) => ({
    ...difference,
    where: group.map(({ where }) => where).join(", "),
  }));
}

function eventDifference({ actions, observations, ...difference }: EventDifference): DifferenceModel {
  const places = [...namesOf("action", actions), ...namesOf("observation", observations)];
  return { ...difference, where: places.join("; ") || "every event" };
}

function namesOf(kind: string, names: readonly string[] = []): string[] {
  return names.length === 0 ? [] : [`${kind} ${names.map(code).join(", ")}`];
}

function code(text: string): string {
  return `\`${text}\``;
}
