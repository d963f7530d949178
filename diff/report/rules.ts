import type { Verdict } from "../change.ts";
import { rules } from "../rules.ts";
import type { Rule } from "../rules.ts";

/** The rules as a page: docs/compatibility-rules.md is this. */
export function rulesPage(): string {
  const rows = Object.entries(rules).map(([id, rule]) => row(id, rule));
  return `# Compatibility rules

What \`openhands-api diff\` calls a change, and what it does to a client that keeps to the old document. Written by
\`npm run diff -- --rules\`; [versioning.md](versioning.md) says what follows from it. A change below \`not\`, \`if\` and the
like, where more may be less, is risky under every rule that has two classes.

| rule | what has changed | in what clients send | in what clients get | why |
| --- | --- | --- | --- | --- |
${rows.join("\n")}`;
}

function row(id: string, { about, any, request, response }: Rule): string {
  const reasons = new Set([any, request, response].flatMap((verdict) => (verdict ? [verdict.why] : [])));
  const cells = [`\`${id}\``, about, classOf(any ?? request), classOf(any ?? response), [...reasons].join(" / ")];
  return `| ${cells.join(" | ")} |`;
}

function classOf(verdict: Verdict | undefined): string {
  return verdict?.severity ?? "–";
}
