import type { Channels, NamedOperation } from "../../contract/index.ts";
import type { DifferenceModel } from "./differences.ts";
import { channelMistakes } from "./mistakes/channels.ts";
import { duplicates } from "./mistakes/checks.ts";
import { differenceMistakes } from "./mistakes/differences.ts";
import { operationMistakes } from "./mistakes/operations.ts";
import { schemaMistakes } from "./mistakes/schemas.ts";

/** The contract contradicts itself. The message lists every mistake: where, what, and how to mend it. */
export class ContractError extends Error {
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
    super(`The contract has ${count}:\n${mistakes.map((line) => `  ${line}`).join("\n")}`);
    this.name = "ContractError";
    this.mistakes = mistakes;
  }
}

/** @throws {ContractError} when there are any */
export function throwMistakes(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new ContractError(mistakes);
}

/** Every mistake in the contract that its types do not rule out, each as `where: what. Fix: how.` */
export function findMistakes(
  operations: readonly NamedOperation[],
  channels: Channels,
  differences: readonly DifferenceModel[] = [],
): string[] {
  return [
    ...duplicates(
      operations,
      ({ id }) => id,
      ({ id }) => `rest.${id}: the operation id stands twice. Fix: rename one of them.`,
    ),
    ...duplicates(
      operations,
      ({ operation }) => `${operation.method} ${operation.path.replaceAll(/:\w+/g, ":")}`,
      ({ operation: { method, path } }) =>
        `rest: two operations answer ${method} ${path}. Fix: change the path or the method of one of them.`,
    ),
    ...operations.flatMap((named) => operationMistakes(named, operations)),
    ...Object.entries(channels).flatMap(([name, channel]) => channelMistakes(name, channel)),
    ...schemaMistakes(operations, channels),
    ...differences.flatMap(differenceMistakes),
  ];
}
