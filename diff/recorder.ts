import { severities } from "./change.ts";
import type { Change, Direction, Finding, Verdict } from "./change.ts";
import type { Place } from "./place.ts";
import { rules } from "./rules.ts";

/** Gathers findings. The same finding at the same place is one change, however many operations meet it. */
export class Recorder {
  readonly #changes = new Map<string, { change: Change; uses: Set<string> }>();

  /** @param use the part of an operation that meets it, such as `GET /api/keys: response 200` */
  add(finding: Finding, use?: string): void {
    const direction = finding.direction ?? null;
    const key = JSON.stringify([finding.rule, direction, finding.old.pointer, finding.new.pointer, finding.what]);
    const known = this.#changes.get(key) ?? { change: changeOf(finding, direction), uses: new Set<string>() };
    this.#changes.set(key, known);
    if (use !== undefined) known.uses.add(use);
  }

  /** Whether something has been found at or below either place. */
  hasBelow(old: Place, next: Place): boolean {
    return [...this.#changes.values()].some(
      ({ change }) => isBelow(change.old, old.pointer) || isBelow(change.new, next.pointer),
    );
  }

  /** All changes, the worst first, otherwise in the order in which they were found. */
  changes(): Change[] {
    const all = [...this.#changes.values()].map(({ change, uses }) => ({ ...change, uses: [...uses] }));
    return severities.toReversed().flatMap((severity) => all.filter((change) => change.severity === severity));
  }
}

function isBelow(pointer: string, root: string): boolean {
  return pointer === root || pointer.startsWith(`${root}/`);
}

function changeOf(finding: Finding, direction: Direction | null): Change {
  const { rule, what, before, after } = finding;
  return {
    ...(finding.verdict ?? verdictOf(finding, direction)),
    rule,
    document: finding.old.document.kind,
    direction,
    what,
    old: finding.old.pointer,
    new: finding.new.pointer,
    before,
    after,
    uses: [],
  };
}

function verdictOf({ rule }: Finding, direction: Direction | null): Verdict {
  const { any, request, response } = rules[rule];
  if (any) return any;
  if (direction === "request" && request) return request;
  if (direction === "response" && response) return response;
  return {
    severity: "risky",
    why: "Whether it allows more or less depends on what stands around it.",
    action: "Check the values that you send and read there against the new document.",
  };
}
