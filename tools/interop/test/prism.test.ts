import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createServer } from "@stoplight/prism-http-server";
import { reportText } from "../../../conformance/report/terminal.ts";
import type { Exchange } from "../../../conformance/results.ts";
import { runConformance } from "../../../conformance/run.ts";
import { startServer } from "../../../test/support/start-server.ts";
import { openapiPath } from "./documents.ts";

// A second judge, which knows nothing of ours: Prism stands as a proxy before the server while the conformance run goes
// through it, and holds every answer against the document.

// Prism is CommonJS, and does not say so in its types.
const require = createRequire(import.meta.url);
const { getHttpOperationsFromSpec } = require("@stoplight/prism-cli/dist/operations") as {
  getHttpOperationsFromSpec: (path: string) => Promise<object[]>;
};
const { createLogger } = require("@stoplight/prism-core") as { createLogger: (name: string, options: object) => never };

/**
 * The cases that Prism lets through as they are: of a body it sends on what it has read of it, so none that is broken or too
 * large on purpose arrives.
 */
const carried = [
  "rest/*/2**",
  "rest/*/400-validation_failed",
  "rest/*/401**",
  "rest/*/403**",
  "rest/*/404**",
  "rest/*/409**",
  "rest/*/410**",
];

test("Prism finds nothing wrong with the server's answers", async (t) => {
  const server = await startServer(t, { env: { MAX_RUNNING_CONVERSATIONS: "" } });
  const operations = await getHttpOperationsFromSpec(openapiPath);
  const prism = createServer(operations as never, {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(server.url),
      checkSecurity: false,
      validateRequest: false, // the run sends bad requests on purpose
      validateResponse: true,
      errors: false,
      mock: { dynamic: false },
    } as never,
    components: { logger: createLogger("prism", { enabled: false }) },
  });
  const url = await prism.listen(0, "127.0.0.1");
  t.after(() => prism.close());
  let answers = 0;
  for (const only of carried) {
    const report = await runConformance({ url, key: server.key, openapi: openapiPath, only });
    assert.ok(report.passed > 0, reportText(report)); // that all promises are kept is another test's: Prism changes requests
    const exchanges = report.results.flatMap((result) => result.exchanges);
    answers += exchanges.length;
    assert.deepEqual(exchanges.flatMap(violationsIn), []);
  }
  assert.ok(answers > operations.length);
});

/** What Prism writes into the header `sl-violations`, of what is about the answer. */
function violationsIn({ sent, received }: Exchange): string[] {
  if (received.some(isEnvelope)) return [];
  const violations = received.filter((line) => line.startsWith("sl-violations: "));
  return violations.filter((line) => line.includes('["response"')).map((line) => `${sent[0]}: ${received[0]}: ${line}`);
}

/** Prism takes every `+json` for `application/json`, and so judges an envelope by the schema of what is in it. */
function isEnvelope(line: string): boolean {
  return line.startsWith("content-type: application/vnd.openhands.envelope+json");
}
