import { randomUUID } from "node:crypto";
import { sandboxProject } from "../../../contract/index.ts";
import type {
  ActionEvent,
  ConfirmationPolicy,
  ConversationExecutionStatus,
  ConversationState,
  ObservationEvent,
  V1FullStateEvent,
} from "../../../contract/index.ts";
import type { AgentDefinition } from "../../agent/agent.ts";
import type { Clock } from "../../clock.ts";
import { timestamp } from "../../clock.ts";
import type { ConversationRecord } from "../../store/store.ts";
import type { EventLog } from "../event-log.ts";
import { dashed } from "./event-ids.ts";
import { executionStatus } from "./execution-status.ts";
import { statsOf } from "./tool-events.ts";

/** What is asked of the rest of the server for the state of a conversation. */
export interface StateDeps {
  readonly log: Pick<EventLog, "find">;
  readonly clock: Clock;
  /** The model that a user's conversations use unless they say otherwise. */
  readonly modelOf: (userId: string) => Promise<string>;
  /** How the agent of a model behaves; undefined for a model that does not run here. */
  readonly definitionOf: (model: string) => Pick<AgentDefinition, "confirmation"> | undefined;
  /** Whether a user wants to be asked about risky actions. */
  readonly confirmationModeOf: (userId: string) => Promise<boolean>;
}

/** What the models have used stands in one of the last events, if anywhere. */
const recentEvents = 1000;

/** What the agent of a conversation is doing now, in the words of V1: its last two states tell. */
export async function executionStatusOf(
  log: Pick<EventLog, "find">,
  { id }: Pick<ConversationRecord, "id">,
): Promise<ConversationExecutionStatus> {
  const query = { from: 0, types: ["agent_state_changed"], descending: true, limit: 2 };
  const [last, before] = (await log.find(id, query)).map(({ text }) => (JSON.parse(text) as StateChange).extras);
  return last ? executionStatus(last.agent_state, before?.agent_state ?? null, last.reason) : "idle";
}

type StateChange = Extract<ObservationEvent, { observation: "agent_state_changed" }>;

/** The state of a conversation as a whole, as the first frame of a connection tells it. */
export async function fullState(deps: StateDeps, record: ConversationRecord): Promise<V1FullStateEvent> {
  const model = record.llmModel ?? (await deps.modelOf(record.userId));
  const value: ConversationState = {
    id: dashed(record.id),
    agent: { kind: "Agent", llm: { model, usage_id: "agent" }, tools: [] },
    workspace: { working_dir: sandboxProject, kind: "LocalWorkspace" },
    max_iterations: 500,
    stuck_detection: true,
    execution_status: await executionStatusOf(deps.log, record),
    confirmation_policy: await policyOf(deps, record, model),
    activated_knowledge_skills: await skillsOf(deps.log, record),
    stats: await lastStats(deps.log, record),
    secret_registry: { secret_sources: {} },
  };
  return {
    id: randomUUID(),
    timestamp: timestamp(deps.clock),
    source: "environment",
    key: "full_state",
    value,
    kind: "ConversationStateUpdateEvent",
  };
}

/** Asked about is what is risky, or may be: a user's wish; an agent may ask about everything. */
async function policyOf(deps: StateDeps, { userId }: ConversationRecord, model: string): Promise<ConfirmationPolicy> {
  if (deps.definitionOf(model)?.confirmation === "always") return { kind: "AlwaysConfirm" };
  const asked = await deps.confirmationModeOf(userId);
  return asked ? { kind: "ConfirmRisky", threshold: "HIGH", confirm_unknown: true } : { kind: "NeverConfirm" };
}

/** The microagents that messages have triggered, which V1 calls skills. */
async function skillsOf(log: Pick<EventLog, "find">, { id }: ConversationRecord): Promise<string[]> {
  const recalls = await log.find(id, { from: 0, types: ["recall"], source: "environment", limit: 1000 });
  const names = recalls.flatMap(({ text }) => {
    const recall = JSON.parse(text) as Extract<ObservationEvent, { observation: "recall" }>;
    return recall.extras.microagent_knowledge.map(({ name }) => name);
  });
  return [...new Set(names)];
}

async function lastStats(
  log: Pick<EventLog, "find">,
  { id, lastEventId }: ConversationRecord,
): Promise<ConversationState["stats"]> {
  const from = Math.max(0, lastEventId - recentEvents);
  const [event] = await log.find(id, { from, contains: '"llm_metrics":{', descending: true, limit: 1 });
  const metrics = event?.kind === "action" ? (JSON.parse(event.text) as ActionEvent).llm_metrics : undefined;
  return metrics ? statsOf(metrics) : { usage_to_metrics: {} };
}
