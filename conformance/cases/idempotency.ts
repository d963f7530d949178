import { isDeepStrictEqual } from "node:util";
import { randomHex } from "../calls.ts";
import type { Call } from "../calls.ts";
import { placeOf } from "../documents.ts";
import { parametersIn, successOf } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { callOnThings } from "../resources.ts";
import { isOpen } from "../units.ts";
import type { World } from "../world.ts";
import type { Case } from "./case.ts";

const header = "Idempotency-Key";

/** `rest/keys.create/200/repeated`: a request that is sent again with its `Idempotency-Key` gets the first answer again. */
export function idempotencyCases(world: World): Case[] {
  const open = world.operations.values().filter(({ gate }) => isOpen(gate, world.gates));
  return [...open].filter(takesKey).flatMap((operation) => {
    const success = successOf(operation);
    return success ? [repeatCase(operation, success.status)] : [];
  });
}

/** Whether the document says that an operation takes the header. */
export function takesKey(operation: Operation): boolean {
  return parametersIn(operation, "header").some(({ name }) => name.toLowerCase() === header.toLowerCase());
}

/** The same call with a key. */
export function withKey(call: Call, key: string): Call {
  return { ...call, headers: { ...call.headers, [header]: key } };
}

function repeatCase(operation: Operation, status: number): Case {
  return {
    name: `rest/${operation.id}/${status}/repeated`,
    async run(probe) {
      const call = withKey(await callOnThings(probe, operation), randomHex(16));
      const first = await probe.call(call, { status });
      const again = await probe.call(call, { status });
      if (isDeepStrictEqual(first.json, again.json)) return;
      probe.fail({
        promise: `The same request with the same \`${header}\` gets the first answer again.`,
        where: placeOf(operation.node),
        expected: first.text,
        found: again.text,
      });
    },
  };
}
