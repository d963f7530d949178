import type { Direction, Finding } from "../change.ts";
import { rules } from "../rules.ts";
import { compareAnnotations } from "./annotations.ts";
import { compareArrays } from "./arrays.ts";
import { compareBounds } from "./bounds.ts";
import { compareEnums } from "./enums.ts";
import { compareForms } from "./forms.ts";
import type { Normal, Schema } from "./model.ts";
import { normalise } from "./normal.ts";
import { compareObjects } from "./objects.ts";
import { compareOthers } from "./others.ts";
import { withRangesAsLists } from "./ranges.ts";
import { areOfOtherTypes, compareTypes } from "./type.ts";
import { compareAlternatives } from "./unions.ts";

/** Two schemas that stand at the same place, and how to tell what differs. */
export interface Pair {
  readonly old: Normal;
  readonly new: Normal;
  readonly direction: Direction;
  report(finding: Omit<Finding, "direction">): void;
  /** Compares what is below as well. */
  descend(old: Schema, next: Schema, direction?: Direction): void;
  /** As `descend`, for schemas that have been normalised. */
  descendInto(old: Normal, next: Normal): void;
  /** Whether nothing differs that a client could notice. */
  areSame(old: Normal, next: Normal): boolean;
  /** Whether every value of the one is known to be one of the other. */
  isWithin(narrow: Normal, wide: Normal): boolean;
}

/** What differs between two schemas, and where to look on below them. Schemas that refer to themselves make circles. */
interface Node {
  readonly findings: Finding[];
  readonly below: Set<Node>;
}

/** Compares schemas of two documents. Each pair is compared once for each direction, however many operations use it. */
export class SchemaComparison {
  readonly #nodes = new Map<string, Node>();

  /** All that differs between two schemas and below them. */
  compare(old: Schema, next: Schema, direction: Direction): Finding[] {
    return allOf(this.#nodeOf(normalise(old), normalise(next), direction));
  }

  #nodeOf(old: Normal, next: Normal, direction: Direction): Node {
    const key = JSON.stringify([old.key, next.key, direction]);
    const known = this.#nodes.get(key);
    if (known) return known;
    const node: Node = { findings: [], below: new Set() };
    this.#nodes.set(key, node);
    compareAll({
      old,
      new: next,
      direction,
      report: (finding) => node.findings.push({ ...finding, direction }),
      descend: (one, other, turned = direction) =>
        node.below.add(this.#nodeOf(normalise(one), normalise(other), turned)),
      descendInto: (one, other) => node.below.add(this.#nodeOf(one, other, direction)),
      areSame: (one, other) => allOf(this.#nodeOf(one, other, direction)).every(isForPeople),
      isWithin: (narrow, wide) =>
        allOf(this.#nodeOf(wide, narrow, "response")).every((finding) => isNarrowing(finding, wide)),
    });
    return node;
  }
}

function compareAll(pair: Pair): void {
  compareAnnotations(pair);
  compareTypes(pair);
  if (areOfOtherTypes(pair)) return;
  if (pair.old.union || pair.new.union) return compareAlternatives(pair);
  const plain = withRangesAsLists(pair);
  compareEnums(plain);
  compareBounds(plain);
  compareForms(pair);
  compareObjects(pair);
  compareArrays(pair);
  compareOthers(pair);
}

function allOf(root: Node): Finding[] {
  const seen = new Set([root]);
  // A set is walked in the order in which it grows.
  for (const node of seen) for (const next of node.below) seen.add(next);
  return [...seen].flatMap(({ findings }) => findings);
}

/** A property that is new is no widening for clients, who ignore it; it is none at all where anything was allowed. */
function isNarrowing({ rule, direction }: Finding, wide: Normal): boolean {
  if (rule === "property-added" || rule === "required-property-added") return wide.properties.size === 0;
  if (rules[rule].any) return rules[rule].any.severity === "safe";
  return direction === "response" && rules[rule].response?.severity === "safe";
}

function isForPeople({ rule }: Finding): boolean {
  return rule === "documentation-changed";
}
