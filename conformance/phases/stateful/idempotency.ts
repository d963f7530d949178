import { isDeepStrictEqual } from "node:util";
import { randomHex } from "../../calls.ts";
import { placeOf } from "../../documents.ts";
import { successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import { idempotencyKey, takesKey, withKey } from "../../recipes/idempotency-key.ts";
import { callOnThings } from "../../resources.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";
import type { Case } from "../../case.ts";

/** `rest/keys.create/200/repeated`: a request that is sent again with its `Idempotency-Key` gets the first answer again. */
export function idempotencyCases(world: World): Case[] {
  const open = world.operations.values().filter(({ gate }) => isOpen(gate, world.gates));
  return [...open].filter(takesKey).flatMap((operation) => {
    const success = successOf(operation);
    return success ? [repeatCase(operation, success.status)] : [];
  });
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
        promise: `The same request with the same \`${idempotencyKey}\` gets the first answer again.`,
        where: placeOf(operation.node),
        expected: first.text,
        found: again.text,
      });
    },
  };
}
