import { catalogueModels } from "../../generated/server/models.ts";
import type { AgentDefinition } from "./agent.ts";
import { testConfirm } from "./test-confirm.ts";
import { testEcho } from "./test-echo.ts";
import { testError } from "./test-error.ts";
import { testSlow } from "./test-slow.ts";
import { testTools } from "./test-tools.ts";

/** The models that a user can name, and the agents of those that run here. */
export interface Models {
  /** Every name, of models that do not run here too: sorted, each once. */
  readonly names: readonly string[];
  /** The names of the models that run here: sorted, each once. */
  readonly runnable: readonly string[];
  /** The agent of a model; undefined when it does not run here. */
  find(name: string): AgentDefinition | undefined;
}

/** The agents without a language model. */
const testModels = [testConfirm, testEcho, testError, testSlow, testTools];

export function createModels(definitions: readonly AgentDefinition[] = testModels): Models {
  const byName = new Map(definitions.map((definition) => [definition.model, definition]));
  const runnable = [...byName.keys()].toSorted();
  const names = [...new Set([...catalogueModels, ...runnable])].toSorted();
  return { names, runnable, find: (name) => byName.get(name) };
}
