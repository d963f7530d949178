// What a change of the published documents asks of a release: a version that says so, and words in the changelog.
import { operationOf } from "../diff/change.ts";
import type { Change } from "../diff/change.ts";

export interface Release {
  /** The version whose documents clients were written for. */
  readonly released: string;
  /** The version that this is going to be. */
  readonly current: string;
  readonly changelog: string;
  readonly changes: readonly Change[];
}

export interface Judgement {
  /** What has to be mended before this may be released; empty when all is well. */
  readonly problems: readonly string[];
  /** The missing part of the changelog, ready to be pasted; empty when nothing is missing. */
  readonly draft: string;
}

const heading = "### Breaking changes";

/** A breaking change needs a major version (semantic versioning 2.0.0 §8) and an item in the changelog that names it. */
export function judge({ released, current, changelog, changes }: Release): Judgement {
  const breaking = changes.filter(({ severity }) => severity === "breaking");
  const needed = nextMajor(released);
  const section = breakingSection(changelog, current);
  const untold = breaking.filter((change) => !section.includes(code(subjectOf(change))));
  const problems = [
    ...(breaking.length > 0 && isBefore(current, needed)
      ? [`${current} breaks clients of ${released}. Fix: make it ${needed} in package.json, or take the changes back.`]
      : []),
    ...(untold.length > 0
      ? [`The changelog does not tell of ${count(untold.length)}. Fix: put the lines below under "## ${current}".`]
      : []),
  ];
  return { problems, draft: draftOf(untold) };
}

/** Whether the changelog says that a version is not out yet. */
export function isUnreleased(changelog: string, version: string): boolean {
  return /unreleased/i.test(headingOf(changelog, version) ?? "unreleased");
}

/** Before 1.0.0 the second number says what breaks (§4 leaves it open; npm's `^0.1.0` reads it so). */
export function nextMajor(version: string): string {
  const [major, minor] = numbersOf(version);
  return major === 0 ? `0.${minor + 1}.0` : `${major + 1}.0.0`;
}

function draftOf(changes: readonly Change[]): string {
  if (changes.length === 0) return "";
  const items = new Set(changes.map((change) => `- ${code(subjectOf(change))}: ${change.what} ${change.action}`));
  return [heading, "", ...items].join("\n");
}

/** What a reader looks for: the operation that is changed, or the component where several meet the change in it. */
function subjectOf({ uses, old, new: next, document }: Change): string {
  const operations = new Set(uses.map(operationOf));
  const component = /^\/components\/[^/]+\/([^/]+)/.exec(old)?.[1] ?? /^\/components\/[^/]+\/([^/]+)/.exec(next)?.[1];
  const [first] = operations;
  return operations.size > 1 && component !== undefined ? component : (first ?? `${document}.yaml`);
}

function breakingSection(changelog: string, version: string): string {
  const start = headingOf(changelog, version);
  if (start === undefined) return "";
  const [, rest = ""] = changelog.split(`${start}\n`);
  const [section = ""] = rest.split(/^## /m);
  const [, told = ""] = section.split(`${heading}\n`);
  return told.split(/^### /m)[0] ?? "";
}

function headingOf(changelog: string, version: string): string | undefined {
  return changelog.split("\n").find((line) => line.startsWith("## ") && line.split(/[\s,]+/)[1] === version);
}

function isBefore(version: string, other: string): boolean {
  const [one, two] = [numbersOf(version), numbersOf(other)];
  const different = one.findIndex((number, index) => number !== two[index]);
  return different >= 0 && (one[different] ?? 0) < (two[different] ?? 0);
}

function numbersOf(version: string): [major: number, minor: number, patch: number] {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  if (patch === undefined) throw new Error(`${version} is no version. Fix: write it as 1.2.3.`);
  return [Number(major), Number(minor), Number(patch)];
}

function count(number: number): string {
  return number === 1 ? "1 breaking change" : `${number} breaking changes`;
}

function code(text: string): string {
  return `\`${text}\``;
}
