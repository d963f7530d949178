// The events of V1: reference/v1-api.md §10.2.
import * as z from "zod";
import { exampleOf } from "../../examples.ts";
import { EventSource } from "../shared.ts";
import { TextContent, V1Message, V1ToolCall, reasoning } from "./content.ts";
import { SecurityRisk, V1EventId, common, commonExample } from "./shared.ts";
import { ConversationExecutionStatus, ConversationState, ConversationStats } from "./state.ts";
import { V1ToolAction } from "./tool-actions.ts";
import { V1ToolObservation } from "./tool-observations.ts";

type Source = z.infer<typeof EventSource>;

/** An event: an object told apart by `kind`. */
function eventKind<const Kind extends string, Sources extends z.ZodType<Source>, Fields extends z.core.$ZodShape>(
  kind: Kind,
  sources: Sources,
  description: string,
  fields: Fields,
  example: { readonly source: Source; readonly [field: string]: unknown },
) {
  const { source, ...rest } = example;
  return z
    .object({ ...common(sources), ...fields, kind: z.literal(kind).describe(`Always \`${kind}\`.`) })
    .meta({ id: `V1${kind}`, description, examples: [{ ...commonExample(source), ...rest, kind } as never] });
}

const onlyAgent = z.literal("agent");
const onlyEnvironment = z.literal("environment");
const onlyUser = z.literal("user");

const toolName = z.string().describe("The tool.");
const toolCallId = z.string().describe("The call of the tool, by which what came of it is known.");
const actionId = V1EventId.describe("The id of the ActionEvent that this is the result of.");
const responseId = z
  .string()
  .describe("The model's answer that the event comes from. Calls that belong together share it.");

const SystemPromptEvent = eventKind(
  "SystemPromptEvent",
  onlyAgent,
  "The agent is set up.",
  {
    system_prompt: TextContent,
    tools: z
      .array(z.record(z.string(), z.unknown()))
      .describe("The tools offered to the model, each in the form of the OpenAI API: `type` and `function`."),
  },
  { source: "agent", system_prompt: { type: "text", text: "You are a test agent." }, tools: [] },
);

const MessageEvent = eventKind(
  "MessageEvent",
  EventSource,
  "Somebody says something: the user with the role `user`, the agent with the role `assistant`.",
  {
    llm_message: V1Message,
    llm_response_id: z
      .string()
      .nullable()
      .default(null)
      .describe("The model's answer that the message comes from; null for what no model has said."),
    activated_skills: z.array(z.string()).default([]).describe("The skills that the message has triggered."),
    extended_content: z.array(TextContent).default([]).describe("What is added to the message for the model."),
    sender: z.string().nullable().default(null).describe("The agent that says it, where there are several."),
  },
  { source: "user", llm_message: exampleOf(V1Message) },
);

const ActionEvent = eventKind(
  "ActionEvent",
  EventSource,
  "The agent does something, or the user does it without being asked.",
  {
    thought: z.array(TextContent).describe("Why it is done."),
    ...reasoning,
    action: V1ToolAction.nullable().describe(
      "What is done; null when the model has called a tool that does not exist.",
    ),
    tool_name: toolName,
    tool_call_id: toolCallId,
    tool_call: V1ToolCall,
    llm_response_id: responseId,
    security_risk: SecurityRisk.default("UNKNOWN"),
  },
  {
    source: "agent",
    thought: [],
    action: exampleOf(V1ToolAction),
    tool_name: "terminal",
    tool_call_id: "call_1",
    tool_call: { id: "call_1", name: "terminal", arguments: '{"command":"git status --short"}', origin: "completion" },
    llm_response_id: "response_1",
  },
);

const ObservationEvent = eventKind(
  "ObservationEvent",
  onlyEnvironment,
  "What came of an action.",
  { tool_name: toolName, tool_call_id: toolCallId, observation: V1ToolObservation, action_id: actionId },
  {
    source: "environment",
    tool_name: "think",
    tool_call_id: "call_1",
    observation: exampleOf(V1ToolObservation),
    action_id: exampleOf(V1EventId),
  },
);

const UserRejectObservation = eventKind(
  "UserRejectObservation",
  onlyEnvironment,
  "The user has not allowed an action.",
  {
    tool_name: toolName,
    tool_call_id: toolCallId,
    action_id: actionId,
    rejection_reason: z.string().default("User rejected the action").describe("Why not."),
  },
  {
    source: "environment",
    tool_name: "terminal",
    tool_call_id: "call_1",
    action_id: exampleOf(V1EventId),
    rejection_reason: "Not on this branch.",
  },
);

const AgentErrorEvent = eventKind(
  "AgentErrorEvent",
  onlyAgent,
  "An action failed. The agent goes on.",
  { tool_name: toolName, tool_call_id: toolCallId, error: z.string().describe("What went wrong.") },
  { source: "agent", tool_name: "file_editor", tool_call_id: "call_1", error: "There is no file missing.txt." },
);

/** A change of the state: an object told apart by `kind`, and then by `key`. */
function stateUpdate<Key extends z.ZodType<string>, Value extends z.ZodType>(
  name: string,
  key: Key,
  description: string,
  value: Value,
  example: { readonly key: string; readonly value: unknown },
) {
  return z
    .object({
      ...common(onlyEnvironment),
      key: key.describe("Which part of the state has changed."),
      value,
      kind: z.literal("ConversationStateUpdateEvent").describe("Always `ConversationStateUpdateEvent`."),
    })
    .meta({
      id: `V1${name}`,
      description,
      examples: [{ ...commonExample("environment"), ...example, kind: "ConversationStateUpdateEvent" } as never],
    });
}

export const V1FullStateEvent = stateUpdate(
  "FullStateEvent",
  z.literal("full_state"),
  "The state as a whole. It is the first frame of every connection, and comes after a pause; it is not in the log.",
  ConversationState,
  { key: "full_state", value: exampleOf(ConversationState) },
);
export type V1FullStateEvent = z.output<typeof V1FullStateEvent>;

const ExecutionStatusEvent = stateUpdate(
  "ExecutionStatusEvent",
  z.literal("execution_status"),
  "What the agent is doing has changed.",
  ConversationExecutionStatus,
  { key: "execution_status", value: "running" },
);

const StatsEvent = stateUpdate(
  "StatsEvent",
  z.literal("stats"),
  "What the models have used so far.",
  ConversationStats,
  { key: "stats", value: exampleOf(ConversationStats) },
);

/** The other parts of the state, which an agent elsewhere may tell of. */
const otherKeys = z.enum([
  "id",
  "agent",
  "workspace",
  "persistence_dir",
  "max_iterations",
  "stuck_detection",
  "confirmation_policy",
  "security_analyzer",
  "activated_knowledge_skills",
  "secret_registry",
]);

const StateFieldEvent = stateUpdate(
  "StateFieldEvent",
  otherKeys,
  "Another part of the state has changed. Agents elsewhere tell of it over webhooks; this server does not.",
  z.unknown().describe("The new value."),
  { key: "max_iterations", value: 100 },
);

/** A change of the state that stands in the log. */
const storedUpdates = [ExecutionStatusEvent, StatsEvent, StateFieldEvent] as const;

const ConversationErrorEvent = eventKind(
  "ConversationErrorEvent",
  EventSource,
  "The agent cannot go on, and why.",
  {
    code: z
      .string()
      .regex(/^[A-Z]/, "must begin with an upper-case letter")
      .describe(
        "What went wrong, for a program: a code such as `STATUS$ERROR_LLM_AUTHENTICATION`, or the name of an exception.",
      ),
    detail: z.string().describe("What went wrong, for a person."),
  },
  {
    source: "environment",
    code: "STATUS$ERROR_LLM_AUTHENTICATION",
    detail: "The model's provider has refused the API key.",
  },
);

const PauseEvent = eventKind("PauseEvent", onlyUser, "The user has paused the agent.", {}, { source: "user" });

const Condensation = eventKind(
  "Condensation",
  onlyEnvironment,
  "The agent forgets events and keeps a summary. They stay in the log.",
  {
    forgotten_event_ids: z.array(V1EventId).default([]).describe("The forgotten events."),
    summary: z.string().nullable().default(null).describe("What they were about."),
    summary_offset: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe("Where the agent reads the summary in its history."),
    llm_response_id: responseId,
  },
  {
    source: "environment",
    forgotten_event_ids: [exampleOf(V1EventId)],
    summary: "The user said hello.",
    llm_response_id: "response_1",
  },
);

const CondensationRequest = eventKind(
  "CondensationRequest",
  onlyEnvironment,
  "The agent is to condense what it remembers.",
  {},
  { source: "environment" },
);

const CondensationSummaryEvent = eventKind(
  "CondensationSummaryEvent",
  onlyEnvironment,
  "What the agent remembers of the events that it has forgotten.",
  { summary: z.string().describe("What they were about.") },
  { source: "environment", summary: "The user said hello." },
);

const LLMCompletionLogEvent = eventKind(
  "LLMCompletionLogEvent",
  onlyEnvironment,
  "The log of a call of a model. Agents elsewhere tell of it over webhooks; this server does not.",
  {
    filename: z.string().describe("What the log is called."),
    log_data: z.string().describe("The log, as JSON text."),
    model_name: z.string().default("unknown").describe("The model."),
    usage_id: z.string().default("default").describe("What it was used for."),
  },
  { source: "environment", filename: "completion-1.json", log_data: "{}" },
);

const tokenIds = (description: string) => z.array(z.int()).describe(description);

const TokenEvent = eventKind(
  "TokenEvent",
  EventSource,
  "The tokens of a call of a model. Agents elsewhere tell of them over webhooks; this server does not.",
  {
    prompt_token_ids: tokenIds("The tokens read."),
    response_token_ids: tokenIds("The tokens written."),
  },
  { source: "agent", prompt_token_ids: [1, 2], response_token_ids: [3] },
);

/** The kinds besides the state updates, which are several objects of one kind. */
const others = [
  SystemPromptEvent,
  MessageEvent,
  ActionEvent,
  ObservationEvent,
  UserRejectObservation,
  AgentErrorEvent,
  ConversationErrorEvent,
  PauseEvent,
  Condensation,
  CondensationRequest,
  CondensationSummaryEvent,
  LLMCompletionLogEvent,
  TokenEvent,
] as const;

/** An event of a log, as V1 shows it. */
export const V1Event = z
  .discriminatedUnion("kind", [
    ...others,
    z.discriminatedUnion("key", storedUpdates).meta({
      id: "V1ConversationStateUpdateEvent",
      description: "A part of the conversation's state has changed. `key` names it.",
      examples: [exampleOf(ExecutionStatusEvent)],
    }),
  ])
  .meta({
    id: "V1Event",
    description: "An event of a conversation, as V1 shows it. `kind` names the type.",
    examples: [exampleOf(MessageEvent)],
  });
export type V1Event = z.output<typeof V1Event>;

/** An event that an agent elsewhere reports: one of a log, or the state as a whole. */
export const ReportedV1Event = z
  .discriminatedUnion("kind", [
    ...others,
    z.discriminatedUnion("key", [V1FullStateEvent, ...storedUpdates]).meta({
      id: "ReportedStateUpdateEvent",
      description: "A part of the conversation's state has changed, or the state as a whole.",
      examples: [exampleOf(ExecutionStatusEvent)],
    }),
  ])
  .meta({
    id: "ReportedV1Event",
    description: "An event that an agent elsewhere reports. `kind` names the type.",
    examples: [exampleOf(MessageEvent)],
  });
export type ReportedV1Event = z.output<typeof ReportedV1Event>;

export type V1EventKind = V1Event["kind"];

/** The kinds, as filters name them. */
export const V1EventKind = z
  .enum([...others.map(({ shape }) => shape.kind.value), "ConversationStateUpdateEvent"])
  .meta({ id: "V1EventKind", description: "The kind of an event.", examples: ["MessageEvent"] });

/** An event of one kind. */
export type V1EventOf<Kind extends V1EventKind> = Extract<V1Event, { kind: Kind }>;
