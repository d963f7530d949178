import type { Case } from "../../case.ts";
import { headersOf, requestOf } from "../../calls.ts";
import type { Call } from "../../calls.ts";
import { placeOf } from "../../documents.ts";
import { mediaTypeOf } from "../../http/checks.ts";
import { isSuccess, jsonOf, successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { plantExample } from "../../recipes/workspace.ts";
import { callOnThings, prepareSingleton } from "../../resources.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/**
 * `rest/settings.get/coverage/methods`: HEAD is answered as GET is, without a body (RFC 9110 §9.3.2), or not at all, and
 * OPTIONS names the methods that there are.
 */
export function methodCases(world: World): Case[] {
  return [...world.operations.values()]
    .filter(({ method, gate }) => method === "GET" && isOpen(gate, world.gates))
    .filter((operation) => jsonOf(successOf(operation)?.media ?? []) !== undefined)
    .map((operation) => ({
      name: `rest/${operation.id}/coverage/methods`,
      async run(probe) {
        await prepareSingleton(probe, operation);
        const call = await callOnThings(probe, operation);
        await plantExample(probe, call);
        await tryHead(probe, operation, call);
        await tryOptions(probe, operation, call);
      },
    }));
}

async function tryHead(probe: Probe, operation: Operation, call: Call): Promise<void> {
  const got = await probe.call(call);
  const head = await probe.send({ ...requestOf(probe.world, call, "conformance-head"), method: "HEAD" });
  if (head.status === 405) return;
  const [expected, found] = [got, head].map((answer) => `${answer.status} ${mediaTypeOf(answer) ?? ""}`.trim());
  if (expected === found && head.text === "") return;
  probe.fail({
    promise: "HEAD is answered as GET is, without a body (RFC 9110 §9.3.2).",
    where: placeOf(operation.node),
    expected: expected ?? "",
    found: `${found ?? ""}${head.text === "" ? "" : " with a body"}`,
  });
}

async function tryOptions(probe: Probe, operation: Operation, call: Call): Promise<void> {
  const { method, path } = operation;
  const request = requestOf(probe.world, call, "conformance-options");
  const answer = await probe.send({ method: "OPTIONS", url: request.url, headers: headersOf(call.credentials) });
  const allow = answer.headers.get("allow");
  const names = allow?.split(/\s*,\s*/) ?? [];
  if (answer.status < 500 && !(isSuccess(answer.status) && allow !== null && !names.includes(method))) return;
  probe.fail({
    promise: "OPTIONS names the methods of a path in `Allow` (RFC 9110 §9.3.7), where it is answered.",
    where: placeOf(operation.node),
    expected: `${method} of ${path} among others, or a refusal`,
    found: `${answer.status}, Allow: ${allow ?? "none"}`,
  });
}
