import { parseDocument, placeOf } from "../../documents.ts";
import type { ApiDocument, DocumentKind } from "../../documents.ts";
import { channelsOf } from "../../messages.ts";
import { operationsOf } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import type { Failure } from "../../results.ts";
import { isOpen } from "../../units.ts";
import { urlOf } from "../../world.ts";
import type { World } from "../../world.ts";
import type { Case } from "../../case.ts";

/**
 * `documents/openapi/gate-v1` and `documents/asyncapi/gate-v1`: the documents that the server hands out name what is behind
 * the gate when it is on, and do not when it is off. What is behind another gate is named always, and says so.
 */
export function documentCases(world: World): Case[] {
  return (["openapi", "asyncapi"] as const).map((kind) => ({
    name: `documents/${kind}/gate-v1`,
    run: async (probe) => {
      const served = await servedDocument(probe, kind);
      if (served) for (const failure of gateFailures(world, kind, served)) probe.fail(failure);
    },
  }));
}

async function servedDocument(probe: Probe, kind: DocumentKind): Promise<ApiDocument | undefined> {
  const url = urlOf(probe.world, `/${kind}.yaml`);
  const answer = await probe.send({ method: "GET", url, headers: {} });
  if (answer.status === 200) return parseDocument(kind, url.href, answer.text);
  probe.fail({
    promise: `The server hands out its document at /${kind}.yaml.`,
    where: undefined,
    expected: "status 200",
    found: `status ${answer.status}`,
  });
  return undefined;
}

function gateFailures(world: World, kind: DocumentKind, served: ApiDocument): Failure[] {
  const expected = namesIn(world[kind].document);
  const found = namesIn(served);
  const failures: Failure[] = [];
  for (const [name, { gate, where }] of expected) {
    const open = gate !== "v1" || isOpen(gate, world.gates);
    if (open !== found.has(name))
      failures.push({
        promise: open
          ? `The served document names ${name}.`
          : `While the gate ${gate ?? ""} is off, the served document does not name ${name}.`,
        where,
        expected: open ? "it is there" : "it is not there",
        found: open ? "it is not there" : "it is there",
      });
  }
  return failures;
}

/** The operations or channels of a document, with their gates. */
function namesIn(document: ApiDocument): Map<string, { gate: string | undefined; where: string }> {
  if (document.kind === "openapi")
    return new Map(operationsOf(document).map(({ id, gate, node }) => [id, { gate, where: placeOf(node) }]));
  return new Map(channelsOf(document).map(({ name, gate, node }) => [name, { gate, where: placeOf(node) }]));
}
