import type { AgentDefinition } from "./agent.ts";
import { testEcho } from "./test-echo.ts";
import { testTools } from "./test-tools.ts";

/** The models of this server. */
export interface Models {
  /** Sorted, each once. */
  readonly names: readonly string[];
  find(name: string): AgentDefinition | undefined;
}

export function createModels(definitions: readonly AgentDefinition[] = [testEcho, testTools]): Models {
  const byName = new Map(definitions.map((definition) => [definition.model, definition]));
  return { names: [...byName.keys()].toSorted(), find: (name) => byName.get(name) };
}
