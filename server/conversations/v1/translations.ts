// The one table between the events of V0, which are stored, and those of V1, which are shown: reference/v1-api.md §10 to §12.
import type {
  ActionEvent,
  AgentState,
  ConversationExecutionStatus,
  Event,
  EventSource,
  V1EventKind,
} from "../../../contract/index.ts";
import { condensationRead, forgottenReading } from "./condensations.ts";
import { imageParts, messageOf, textOf, textPart, textParts } from "./content.ts";
import { agentStateOf, changesStatus, executionStatus, isReported, reported } from "./execution-status.ts";
import { newObservation, errorObservation } from "../event-draft.ts";
import type { Action, Observation } from "../event-draft.ts";
import { readTool } from "./tool-actions.ts";
import { readOutcome } from "./tool-observations.ts";
import { rejectionOf, shownAction, shownObservation, toolError } from "./tool-events.ts";
import type { Call } from "./tool-events.ts";
import type { ReadTable, Reader, Reading, ShownAs, ShownTable, V1Body } from "./translation.ts";

const tool = {
  kinds: ["ActionEvent", "ObservationEvent", "ConversationStateUpdateEvent"],
  show: (event, context) => shownAction(event, context),
} as const satisfies ShownAs<ActionEvent>;

const outcome = {
  kinds: ["ObservationEvent", "ActionEvent"],
  show: (event, context) => shownObservation(event, context),
} as const satisfies ShownAs<Extract<Event, { observation: unknown }>>;

const recalled = "what is recalled is for the agent: its answer is what the user sees";
const nothing = "nothing has happened";

/** Every type of V0 event, with what V1 shows of it. */
export const shown: ShownTable = {
  "action message": { kinds: ["MessageEvent"], show: (event) => [message(event)] },
  "action system": {
    kinds: ["SystemPromptEvent"],
    show: ({ args }) => [
      { source: "agent", system_prompt: textPart(args.content), tools: args.tools ?? [], kind: "SystemPromptEvent" },
    ],
  },
  "action run": tool,
  "action run_ipython": tool,
  "action browse": tool,
  "action browse_interactive": tool,
  "action read": tool,
  "action write": tool,
  "action edit": tool,
  "action call_tool_mcp": tool,
  "action think": tool,
  "action finish": tool,
  "action reject": tool,
  "action delegate": tool,
  "action task_tracking": tool,
  "action recall": { none: recalled },
  "action change_agent_state": {
    kinds: ["PauseEvent"],
    // Of an agent of this server it is a wish: the status that follows says what became of it.
    show: ({ args }) => (args.agent_state === "paused" && isReported(args.thought) ? [pauseEvent] : []),
  },
  "action condensation": {
    kinds: ["Condensation"],
    show: ({ id, args }, { forgotten }) => [
      {
        source: "environment",
        forgotten_event_ids: [...forgotten],
        summary: args.summary,
        summary_offset: args.summary_offset,
        llm_response_id: `response_${id}`,
        kind: "Condensation",
      },
    ],
  },
  "action condensation_request": {
    kinds: ["CondensationRequest"],
    show: () => [{ source: "environment", kind: "CondensationRequest" }],
  },
  "action loop_recovery": {
    none: "V1 has no way out of a loop but to say something; the status that follows tells the rest",
  },
  "action null": { none: nothing },

  "observation run": outcome,
  "observation run_ipython": outcome,
  "observation browse": outcome,
  "observation read": outcome,
  "observation write": outcome,
  "observation edit": outcome,
  "observation download": outcome,
  "observation mcp": outcome,
  "observation delegate": outcome,
  "observation task_tracking": outcome,
  "observation success": outcome,
  "observation think": outcome,
  "observation agent_state_changed": {
    kinds: ["ConversationStateUpdateEvent", "ConversationErrorEvent", "PauseEvent"],
    show: ({ extras }, { stateBefore }) => stateChange(extras.agent_state, extras.reason, stateBefore),
  },
  "observation error": {
    kinds: ["AgentErrorEvent", "ConversationErrorEvent", "ConversationStateUpdateEvent"],
    show: (event, context) => {
      const { content, extras, source, cause } = event;
      if (cause !== undefined || isOfAgent(extras.error_id)) return [toolError(event, context)];
      // What keeps a conversation from beginning stands in the state that follows, in the same words.
      if (source === "environment") return [];
      return [...status("error", "", context.stateBefore), failure(extras.error_id, content)];
    },
  },
  "observation user_rejected": {
    kinds: ["UserRejectObservation", "ActionEvent"],
    show: (event, context) => rejectionOf(event, context),
  },
  "observation loop_detection": { none: "the status `stuck`, which follows, says so" },
  "observation condense": {
    kinds: ["CondensationSummaryEvent"],
    show: ({ content }) => [{ source: "environment", summary: content, kind: "CondensationSummaryEvent" }],
  },
  "observation recall": { none: recalled },
  "observation null": { none: nothing },
};

/** Every kind of V1 event, with what becomes of one that an agent elsewhere reports. */
export const read: ReadTable = {
  SystemPromptEvent: {
    read: ({ system_prompt, tools }) => [
      action("agent", {
        action: "system",
        args: {
          content: system_prompt.text,
          tools: tools.length === 0 ? null : tools,
          openhands_version: null,
          agent_class: null,
        },
      }),
    ],
  },
  MessageEvent: {
    read: ({ source, llm_message: { content } }) => [action(source, messageOf(content))],
  },
  ActionEvent: {
    read: (event) => {
      if (event.action === null) return []; // no action was made of the call: an AgentErrorEvent says why
      const { source, thought, security_risk, tool_name, llm_response_id } = event;
      const { args, ...plain } = readTool({ tool: tool_name, action: event.action });
      const own = {
        ...("thought" in args && plain.action !== "think" && { thought: textOf(thought) }),
        ...("security_risk" in args && { security_risk: risks.indexOf(security_risk) - 1 }),
      };
      const tool_call_metadata = callMade(event, { id: llm_response_id });
      return [action(source, { ...plain, args: { ...args, ...own }, tool_call_metadata } as Action)];
    },
  },
  ObservationEvent: {
    read: (event, reader) => {
      const observation = readOutcome(event.tool_name, event.observation);
      return observation ? [answerTo(event, observation, reader)] : [];
    },
  },
  UserRejectObservation: {
    read: (event, reader) => [answerTo(event, newObservation("user_rejected", event.rejection_reason, {}), reader)],
  },
  AgentErrorEvent: { read: (event, reader) => [answerTo(event, errorObservation(event.error, ""), reader)] },
  ConversationStateUpdateEvent: {
    read: (event) => {
      if (event.key !== "execution_status") return []; // what is used comes with the actions; the rest is the other server's
      const observation = newObservation("agent_state_changed", "", agentStateOf(event.value));
      return [{ kind: "observation", source: "environment", observation }];
    },
  },
  ConversationErrorEvent: {
    read: ({ code, detail }) => [{ kind: "observation", source: "agent", observation: errorObservation(detail, code) }],
  },
  PauseEvent: {
    read: () => [action("user", { action: "change_agent_state", args: { agent_state: "paused", thought: reported } })],
  },
  Condensation: { read: (event, reader) => [forgottenReading(condensationRead(event, reader))] },
  CondensationRequest: { read: () => [action("environment", { action: "condensation_request", args: {} })] },
  CondensationSummaryEvent: {
    read: ({ summary }) => [
      { kind: "observation", source: "agent", observation: newObservation("condense", summary, {}) },
    ],
  },
  LLMCompletionLogEvent: {
    none: "logs of model calls hold what users have said, unmasked: they stay where they were made",
  },
  TokenEvent: { none: "the ids of tokens are for whoever trains the model" },
};

/** The kinds that come of nothing in a log of this server, and why. */
export const neverShown: Partial<Record<V1EventKind, string>> = {
  LLMCompletionLogEvent: "no logs of model calls are kept",
  TokenEvent: "models are asked by texts, not by tokens",
};

/** What V1 shows of a type of V0 event. */
export function shownAs(event: Event): ShownAs {
  const type = "action" in event ? `action ${event.action}` : `observation ${event.observation}`;
  return shown[type as keyof ShownTable] as ShownAs;
}

/** The types of V0 events that may be shown as one of these kinds. */
export function typesShownAs(kind: V1EventKind): string[] {
  const types = Object.entries(shown).filter(
    ([, row]) => "kinds" in row && (row.kinds as readonly string[]).includes(kind),
  );
  return [...new Set(types.map(([type]) => type.split(" ")[1] ?? ""))];
}

function message({ id, source, args }: Extract<ActionEvent, { action: "message" }>): V1Body {
  const ofUser = source === "user";
  return {
    source,
    llm_message: {
      role: ofUser ? "user" : "assistant",
      content: [...textParts(args.content), ...imageParts(args.image_urls)],
      ...plainMessage,
    },
    llm_response_id: ofUser ? null : `response_${id}`,
    activated_skills: [],
    extended_content: [],
    sender: null,
    kind: "MessageEvent",
  };
}

const plainMessage = {
  cache_enabled: false,
  vision_enabled: false,
  function_calling_enabled: false,
  tool_calls: null,
  tool_call_id: null,
  name: null,
  force_string_serializer: false,
  send_reasoning_content: false,
  reasoning_content: null,
  thinking_blocks: [],
  responses_reasoning_item: null,
};

/** The status of a state, and for an error what has gone wrong. */
function stateChange(state: AgentState, reason: string, before: AgentState | null): V1Body[] {
  if (isReported(reason)) return [statusUpdate(executionStatus(state, before, reason))];
  // An action that waits for consent says so itself, so that the status comes after it.
  if (state === "awaiting_user_confirmation") return [];
  // A reason that is a code names the error before it, which has said so.
  if (state === "error" && isCode(reason)) return [];
  const failed = state === "error" && reason !== "" ? [failure("", reason)] : [];
  const paused = state === "paused" && reason === "" ? [pauseEvent] : [];
  return [...status(state, reason, before), ...failed, ...paused];
}

const pauseEvent: V1Body = { source: "user", kind: "PauseEvent" };

function status(state: AgentState, reason: string, before: AgentState | null): V1Body[] {
  return changesStatus(state, before, reason) ? [statusUpdate(executionStatus(state, before, reason))] : [];
}

function statusUpdate(value: ConversationExecutionStatus): V1Body {
  return { source: "environment", key: "execution_status", value, kind: "ConversationStateUpdateEvent" };
}

function failure(code: string, detail: string): V1Body {
  return {
    source: "environment",
    code: /^[A-Z]/.test(code) ? code : "AgentError",
    detail,
    kind: "ConversationErrorEvent",
  };
}

/** `STATUS$ERROR_LLM_AUTHENTICATION` */
function isCode(reason: string): boolean {
  return /^[A-Z_]+\$[A-Z_]+$/.test(reason);
}

/** Whether an error is one that the agent has made and goes on after. */
function isOfAgent(errorId: string): boolean {
  return errorId === "" || errorId.startsWith("AGENT_ERROR$");
}

/** From -1 on, as V0 counts them. */
const risks = ["UNKNOWN", "LOW", "MEDIUM", "HIGH"] as const;

function action(source: EventSource, done: Action): Reading {
  return { kind: "action", source, action: done };
}

/** What came of the call of a tool, with the call, by which its action is known. */
function answerTo(call: Call, observation: Observation, { actionOfCall }: Reader): Reading {
  const cause = actionOfCall(call.tool_call_id);
  const tool_call_metadata = callMade(call, {});
  return {
    kind: "observation",
    source: "agent",
    observation: { ...observation, tool_call_metadata },
    ...(cause !== undefined && { cause }),
  };
}

function callMade({ tool_name, tool_call_id }: Call, model_response: Record<string, unknown>) {
  return { function_name: tool_name, tool_call_id, model_response, total_calls_in_response: 1 };
}
