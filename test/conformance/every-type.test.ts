// A document that promises types of events which the server does not have: each is found missing.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse, stringify } from "yaml";
import { runConformance } from "../../conformance/run.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

const server = await startServer({ after });

/** `asyncapi.yaml` with an action `dance` that a client can send and the log can hold, and an observation of that name. */
async function dancingDocument(folder: string): Promise<string> {
  const document = parse(await readFile(join(import.meta.dirname, "../../asyncapi.yaml"), "utf8"));
  const { schemas } = document.components;
  for (const [union, model, field] of [
    ["ActionRequest", "CondensationRequestActionRequest", "action"],
    ["ActionEvent", "NullAction", "action"],
    ["ObservationEvent", "SuccessObservation", "observation"],
  ] as const) {
    const dance = structuredClone(schemas[model]);
    dance.properties[field].const = "dance";
    dance.examples = [{ ...dance.examples[0], [field]: "dance" }];
    schemas[`Dance${union}`] = dance;
    schemas[union].oneOf.push({ $ref: `#/components/schemas/Dance${union}` });
  }
  const path = join(folder, "asyncapi.yaml");
  await writeFile(path, stringify(document));
  return path;
}

for (const [name, found] of [
  ["socket/events/user_action/as-dance", /"code":"validation_failed"/],
  ["socket/events/every-type", /the action dance/],
] as const)
  test(`${name} fails`, async (t) => {
    const asyncapi = await dancingDocument(await temporaryFolder(t));
    const report = await runConformance({ url: server.url, key: server.key, asyncapi, only: name, frameMs: 3000 });
    assert.deepEqual([report.passed, report.failed], [0, 1]);
    assert.match(report.results.flatMap(({ failures }) => failures.map((failure) => failure.found)).join("\n"), found);
  });
