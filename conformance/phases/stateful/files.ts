import { randomHex } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import type { Json } from "../../json.ts";
import { knownOperations } from "../../known-operations.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { pathParameter, plant } from "../../recipes/workspace.ts";
import { callOnThings } from "../../resources.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/** `stateful/files.select/as-uploaded`: a file is read as it was uploaded, letter by letter. */
export function fileCases(world: World): Case[] {
  if (!world.operations.has(knownOperations.uploadFiles)) return [];
  return world.operations
    .values()
    .filter((operation) => isOpen(operation.gate, world.gates) && readsTexts(operation))
    .map((operation) => ({
      name: `stateful/${operation.id}/as-uploaded`,
      run: (probe: Probe) => readBack(probe, operation),
    }))
    .toArray();
}

/** Whether an operation shows the text of one file, and needs no repository for it. */
function readsTexts(operation: Operation): boolean {
  const codes = operation.responses.flatMap((response) => response.codes);
  return pathParameter(operation) !== undefined && codes.includes("binary_file") && !codes.includes("not_a_repository");
}

async function readBack(probe: Probe, operation: Operation): Promise<void> {
  const parameter = pathParameter(operation);
  if (!parameter) return;
  const name = `conformance-${randomHex(4)}.txt`;
  const content = `first line ${randomHex(4)}\n\tsecond line: 你好, ü, 🙂\n`;
  const call = await callOnThings(probe, operation);
  await plant(probe, call, { [name]: content });
  const { json, text } = await probe.prepare({ ...call, query: { ...call.query, [parameter.name]: name } });
  if (textsIn(json).includes(content)) return;
  probe.fail({
    promise: "A file is read as it was uploaded.",
    where: placeOf(operation.node),
    expected: JSON.stringify(content),
    found: text,
  });
}

function textsIn(json: Json | undefined): string[] {
  if (typeof json === "string") return [json];
  return typeof json === "object" && json !== null ? Object.values(json).flatMap(textsIn) : [];
}
