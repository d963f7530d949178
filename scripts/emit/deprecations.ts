import type { Deprecation } from "../../contract/index.ts";
import type { DeprecationModel } from "../model/deprecations.ts";
import type { Model } from "../model/model.ts";
import { markdownTable } from "./markdown.ts";

/** What follows `@deprecated`. */
export function deprecationNote({ state, since, sunset, replacement, reason }: Deprecation): string {
  const until = state === "gone" ? `gone since ${sunset}` : `gone from ${sunset} on`;
  return `since ${since}, ${until}: use \`${replacement}\`. ${reason}`;
}

/** `docs/migration.md`: what to use instead of what is deprecated or gone, and how to find out that one uses it. */
export function emitMigrationGuide({ deprecations }: Model): string {
  const stateOf = (state: Deprecation["state"]) => deprecations.filter((entry) => entry.state === state);
  return [
    header,
    `# Migration

What is deprecated, what is gone, and what to use instead. \`openapi.yaml\` and \`asyncapi.yaml\` say the same with each
operation, message and field (\`deprecated\`, \`x-sunset\`, \`x-deprecation\`), and the types of the client as \`@deprecated\`.

## Do I use any of it?

\`\`\`sh
npx openhands-api deprecations --har traffic.har
npx openhands-api deprecations --log server.log
\`\`\`

The first reads what a browser or a test tool has recorded: DevTools → Network → Export HAR, with the frames of sockets, or
\`recordHar\` of Playwright. The second reads what \`openhands-api serve\` writes to its standard error. Both list each call
that is deprecated or gone, how often and when it was made, by whom where that is known, what to use instead, and how many
days are left. The exit code is 0 when there is none, 1 when there is one, and 2 when the file cannot be read.

## What happens when

1. From the day it is deprecated, it works as before. Every answer of such an operation, 429 and 500 apart, carries
   \`Deprecation\` (RFC 9745), \`Sunset\` (RFC 8594) and \`Link: <…>; rel="successor-version"\`; a message of a socket gets a
   \`deprecated\` status before its acknowledgement. The server's log warns once for each caller.
2. In the first second of the day of its sunset, in UTC, it stops working by itself, on every server of whatever version: 410
   \`operation_removed\` over REST, an \`error\` status with that code on a socket. The date is a promise both ways: it works
   until then, and nobody meets a server on which it works for longer. At least 180 days lie between the two days.
3. What is gone keeps answering 410, to every body, \`Accept\` and credential, with the same headers, so that an old program
   is told what to do.

A deprecated field is taken, or sent, until the first version that appears after its sunset.
`,
    section(
      "Deprecated",
      stateOf("deprecated"),
      ["what", "since", "stops working on", "use instead", "why"],
      ({ since, sunset }) => [since, sunset],
    ),
    section("Gone", stateOf("gone"), ["what", "gone since", "use instead", "why"], ({ sunset }) => [sunset]),
  ].join("\n");
}

/** `docs/api-changelog.md`: what was deprecated and what stopped, or will stop, working, by day, the latest first. */
export function emitApiChangelog({ deprecations }: Model): string {
  const news = deprecations.flatMap(({ what, instead, state, since, sunset }) => [
    { day: since, text: `Deprecated: ${what}. Use ${instead}.` },
    { day: sunset, text: `${state === "gone" ? "Gone" : "Will be gone"}: ${what}.` },
  ]);
  const days = [...Map.groupBy(news, ({ day }) => day)].toSorted(([a], [b]) => b.localeCompare(a));
  return [
    header,
    "# Changelog of the API\n\nWhat is on its way out, by day; `migration.md` says what to do. What else has changed stands in `CHANGELOG.md`.\n",
    ...days.map(([day, texts]) => `## ${day}\n\n${texts.map(({ text }) => `- ${text}\n`).join("")}`),
  ].join("\n");
}

const header = "<!-- Generated from contract/ by scripts/generate.ts. Run npm run generate. -->\n";

function section(
  title: string,
  entries: readonly DeprecationModel[],
  head: readonly string[],
  daysOf: (entry: DeprecationModel) => readonly string[],
): string {
  const rows = entries.map((entry) => [entry.what, ...daysOf(entry), entry.instead, entry.reason]);
  return `## ${title}\n\n${rows.length === 0 ? "Nothing.\n" : markdownTable(head, rows)}`;
}
