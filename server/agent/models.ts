import type { AgentDefinition } from "./agent.ts";
import { testConfirm } from "./test-confirm.ts";
import { testEcho } from "./test-echo.ts";
import { testError } from "./test-error.ts";
import { testSlow } from "./test-slow.ts";
import { testTools } from "./test-tools.ts";

/** The models of this server. */
export interface Models {
  /** Sorted, each once. */
  readonly names: readonly string[];
  find(name: string): AgentDefinition | undefined;
}

/** The agents without a language model. */
const testModels = [testConfirm, testEcho, testError, testSlow, testTools];

export function createModels(definitions: readonly AgentDefinition[] = testModels): Models {
  const byName = new Map(definitions.map((definition) => [definition.model, definition]));
  return { names: [...byName.keys()].toSorted(), find: (name) => byName.get(name) };
}
