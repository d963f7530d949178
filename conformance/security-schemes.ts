import type { Credentials } from "./calls.ts";
import { child, children, rootOf, textAt } from "./documents.ts";
import type { DocumentNode } from "./documents.ts";
import type { Probe } from "./probe.ts";
import { sessionCredentials } from "./sessions.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** The ways to authenticate that the OpenAPI document offers, by name. */
export function securitySchemes(world: World): [string, DocumentNode][] {
  return children(child(rootOf(world.openapi.document), "components", "securitySchemes"));
}

/** The header that takes an API key beside `Authorization`; undefined when the document has none. */
export function keyHeaderOf(world: World): string | undefined {
  const scheme = securitySchemes(world)
    .map(([, node]) => node)
    .find((node) => textAt(node, "in") === "header");
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
