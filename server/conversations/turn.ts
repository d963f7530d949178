import type { AgentDefinition } from "../agent/agent.ts";
import type { Workspace } from "../runtime/runtime.ts";
import type { EventDraft, StoredEvent } from "../store/store.ts";
import { draftAction, draftObservation } from "./event-draft.ts";
import type { Observation } from "./event-draft.ts";
import { execute, isExecutable } from "./execute.ts";
import type { Executable } from "./execute.ts";

/** What a turn needs of the conversation that it is in. */
export interface TurnContext {
  readonly append: (...drafts: EventDraft[]) => Promise<StoredEvent[]>;
  readonly workspace: Workspace;
  readonly definition: AgentDefinition;
  /** Resolves when the agent may go on: at once, unless the user has paused it. */
  readonly unpaused: (signal: AbortSignal) => Promise<void>;
}

/**
 * Lets the agent answer one message: each action is appended, carried out, and what came of it appended and given back to
 * the agent.
 * @returns the state that the agent is in afterwards
 * @throws the signal's reason when the turn is stopped, and what the agent throws
 */
export async function takeTurn(
  context: TurnContext,
  { message, first }: { message: string; first: boolean },
  signal: AbortSignal,
): Promise<"finished" | "awaiting_user_input"> {
  const stream = context.definition.agent({ message, first });
  try {
    let observation: Observation | undefined;
    for (;;) {
      await context.unpaused(signal);
      signal.throwIfAborted();
      const step = await stream.next(observation);
      signal.throwIfAborted();
      if (step.done) return "awaiting_user_input";
      const events = await context.append(draftAction(step.value, { source: "agent" }));
      if (step.value.action === "finish") return "finished";
      observation = isExecutable(step.value) ? await carryOut(context, step.value, events, signal) : undefined;
    }
  } finally {
    await stream.return();
  }
}

async function carryOut(
  { append, workspace }: TurnContext,
  action: Executable,
  [event]: readonly StoredEvent[],
  signal: AbortSignal,
): Promise<Observation> {
  const observation = await execute(action, workspace, signal);
  await append(draftObservation(observation, { source: "agent", ...(event && { cause: event.id }) }));
  return observation;
}
