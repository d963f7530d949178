import { exampleCall } from "../../calls.ts";
import type { Call } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { parametersIn, successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import { credentialsBy, securitySchemes } from "../../security-schemes.ts";
import type { World } from "../../world.ts";

/** `rest/security-sessionApiKey`: each way to authenticate that the OpenAPI document offers works alone. */
export function schemeCases(world: World): Case[] {
  const operation = readableOperation(world);
  if (!operation) return [];
  return securitySchemes(world).map(([name, scheme]) => ({
    name: `rest/security-${name}`,
    run: async (probe) => {
      const call: Call = { ...exampleCall(world, operation), credentials: await credentialsBy(scheme, probe) };
      await probe.call(call, { status: successOf(operation)?.status ?? 200 });
    },
  }));
}

/** Any operation that needs credentials and nothing else, and changes nothing. */
function readableOperation(world: World): Operation | undefined {
  return world.operations
    .values()
    .find(
      (operation) =>
        operation.needsCredentials &&
        operation.method === "GET" &&
        operation.gate === undefined &&
        parametersIn(operation, "path").length === 0,
    );
}
