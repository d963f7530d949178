import { caller } from "./api.ts";
import type { Call } from "./api.ts";
import { startServer } from "./start-server.ts";
import type { Cleanup, ServerPlace, ServerProcess } from "./start-server.ts";

/** A server process that shares its database and its folder with others. */
export interface Node extends ServerProcess {
  readonly call: Call;
}

/** Starts three servers on one place; the first one makes the schema and the key. */
export async function startCluster(
  t: Cleanup,
  place: ServerPlace,
  env: Readonly<Record<string, string>> = {},
): Promise<[Node, Node, Node]> {
  const first = await startServer(t, { place, env });
  const join = async () => asNode(await startServer(t, { place, env, key: first.key }));
  const [second, third] = await Promise.all([join(), join()]);
  return [asNode(first), second, third];
}

export function asNode(server: ServerProcess): Node {
  return { ...server, call: caller(server) };
}
