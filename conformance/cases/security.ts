import { exampleCall } from "../calls.ts";
import type { Call, Credentials } from "../calls.ts";
import { child, children, rootOf, textAt } from "../documents.ts";
import type { DocumentNode } from "../documents.ts";
import { parametersIn, successOf } from "../operations.ts";
import type { Operation } from "../operations.ts";
import type { Probe } from "../probe.ts";
import { sessionCredentials } from "../sessions.ts";
import { SetupError } from "../world.ts";
import type { World } from "../world.ts";
import type { Case } from "./case.ts";

/** `rest/security-sessionApiKey`: each way to authenticate that the OpenAPI document offers works alone. */
export function securityCases(world: World): Case[] {
  const operation = readableOperation(world);
  if (!operation) return [];
  const schemes = children(child(rootOf(world.openapi.document), "components", "securitySchemes"));
  return schemes.map(([name, scheme]) => ({
    name: `rest/security-${name}`,
    run: async (probe) => {
      const call: Call = { ...exampleCall(world, operation), credentials: await credentialsBy(scheme, probe) };
      await probe.call(call, { status: successOf(operation)?.status ?? 200 });
    },
  }));
}

/** The header that takes an API key beside `Authorization`; undefined when the document has none. */
export function keyHeaderOf(world: World): string | undefined {
  const schemes = children(child(rootOf(world.openapi.document), "components", "securitySchemes"));
  const scheme = schemes.map(([, node]) => node).find((node) => textAt(node, "in") === "header");
  return scheme && textAt(scheme, "name");
}

/** The key, or a session, in the way that a security scheme asks for it (OpenAPI 3.1 §4.8.27). */
export async function credentialsBy(scheme: DocumentNode, probe: Probe): Promise<Credentials> {
  const place = textAt(scheme, "in");
  if (place === "cookie") return sessionCredentials(probe, undefined);
  const { key } = probe.world;
  if (key === undefined) throw new SetupError("Credentials are needed, and the run has no --key.");
  if (place === "header") return { kind: "header", name: textAt(scheme, "name") ?? "", value: key };
  return { kind: "bearer", token: key };
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
