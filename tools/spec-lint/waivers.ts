import type { Finding, SpecDocument } from "./linters/finding.ts";

/** A finding that is right by its rule and wrong for us. It covers one place, and only while it is needed. */
export interface Waiver {
  /** The rules, each with its linter's name. Every one of them must be met somewhere, or the waiver is stale. */
  readonly rules: readonly string[];
  /** The place, as a JSON Pointer. */
  readonly at: string;
  readonly reason: string;
  /** What the document must be like there, apart from the finding. */
  readonly condition: {
    readonly text: string;
    readonly holds: (finding: Finding, document: SpecDocument) => boolean;
  };
}

/** All that is waived. */
export const waivers: readonly Waiver[] = [
  {
    rules: ["redocly/operation-2xx-response", "spectral/operation-success-response"],
    at: "#/paths/~1api~1reset-settings/post/responses",
    reason: "The operation is gone and answers 410. A 2xx that no server sends would be an invented success.",
    condition: {
      text: "the operation is marked as gone and answers 410 and errors only",
      holds: ({ at }, { content }) => isGone(operationAt(content, at)),
    },
  },
  ...["#/paths/~1api~1login~1oidc/get/responses", "#/paths/~1api~1login~1oidc~1callback/get/responses"].map((at) => ({
    rules: ["redocly/operation-2xx-response"],
    at,
    reason:
      "The operation sends a browser elsewhere: 302 is its success. A 200 that no server sends would be invented.",
    condition: {
      text: "the operation answers 302 with a Location, and errors",
      holds: (finding: Finding, { content }: SpecDocument) => isRedirect(operationAt(content, finding.at)),
    },
  })),
  {
    rules: ["spectral/asyncapi-latest-version", "asyncapi-parser/asyncapi-latest-version"],
    at: "#/asyncapi",
    reason: "A newer AsyncAPI exists. That is news about AsyncAPI, not about the document, which is 3.0.0 by design.",
    condition: {
      text: "it is a hint, no warning",
      holds: ({ severity }) => severity === "info" || severity === "hint",
    },
  },
];

interface OperationObject {
  readonly deprecated?: boolean;
  readonly responses?: Readonly<Record<string, unknown>>;
  readonly "x-deprecation"?: { readonly state?: string };
}

/** The operation whose `responses` a pointer of the form `#/paths/{path}/{method}/responses` names. */
function operationAt(content: unknown, at: string): OperationObject | undefined {
  const [path, method] = at.split("/").slice(2).map(unescapePointer);
  const { paths = {} } = content as { paths?: Record<string, Record<string, OperationObject>> };
  return paths[path ?? ""]?.[method ?? ""];
}

function unescapePointer(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}

function isGone(operation: OperationObject | undefined): boolean {
  const statuses = Object.keys(operation?.responses ?? {});
  return (
    operation?.deprecated === true &&
    operation["x-deprecation"]?.state === "gone" &&
    statuses.includes("410") &&
    statuses.every((status) => /^[45]\d\d$/.test(status))
  );
}

function isRedirect(operation: OperationObject | undefined): boolean {
  const { "302": redirect, ...others } = operation?.responses ?? {};
  const { headers = {} } = (redirect ?? {}) as { headers?: Record<string, unknown> };
  return "Location" in headers && Object.keys(others).every((status) => /^[45]\d\d$/.test(status));
}

export interface Judged {
  readonly finding: Finding;
  /** The waiver that covers the finding; without one it counts. */
  readonly waiver?: Waiver;
  /** Why the waiver for this place does not cover the finding. */
  readonly refused?: string;
}

/** Tells the findings that count from those that are waived. */
export function judge(
  findings: readonly Finding[],
  document: SpecDocument,
  known: readonly Waiver[] = waivers,
): Judged[] {
  return findings.map((finding) => {
    const waiver = known.find(({ rules, at }) => rules.includes(finding.rule) && at === finding.at);
    if (!waiver) return { finding };
    return waiver.condition.holds(finding, document)
      ? { finding, waiver }
      : { finding, refused: `the waiver for this place asks that ${waiver.condition.text}` };
  });
}

/** The rules of waivers that covered nothing, each with its place. A waiver for what no longer happens hides what might. */
export function staleWaivers(judged: readonly Judged[], known: readonly Waiver[] = waivers): string[] {
  return known.flatMap((waiver) =>
    waiver.rules
      .filter((rule) => !judged.some(({ finding, waiver: used }) => used === waiver && finding.rule === rule))
      .map((rule) => `${rule} at ${waiver.at}`),
  );
}
