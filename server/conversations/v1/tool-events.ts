import type { ActionEvent, ConversationState, Event, ObservationEvent, V1EventOf } from "../../../contract/index.ts";
import type { Action } from "../event-draft.ts";
import { textParts, textPart } from "./content.ts";
import { shownOutcome, isOutcome } from "./tool-observations.ts";
import { isToolLike, shownTool } from "./tool-actions.ts";
import type { Context, V1Body } from "./translation.ts";

/** A call of a tool, as everything says that belongs to it. */
export interface Call {
  readonly tool_name: string;
  readonly tool_call_id: string;
}

/** What an action is shown as: the call of a tool, and what else V1 says at that moment. */
export function shownAction(event: ActionEvent, context: Context): V1Body[] {
  const action = event as Action & ActionEvent;
  if (!isToolLike(action) || isDecided(event)) return [];
  const call = callOf(event);
  const use = shownTool(action);
  const shown: V1Body[] = [actionEvent(event, call, use.action)];
  if (use.action.kind === "FinishAction")
    shown.push({
      source: "environment",
      ...call,
      observation: { content: textParts(use.action.message), is_error: false, kind: "FinishObservation" },
      action_id: context.idOf(event.id),
      kind: "ObservationEvent",
    });
  if (event.llm_metrics) shown.push(stateUpdate({ key: "stats", value: statsOf(event.llm_metrics) }));
  if ("confirmation_state" in event.args && event.args.confirmation_state === "awaiting_confirmation")
    shown.push(stateUpdate({ key: "execution_status", value: "waiting_for_confirmation" }));
  return shown;
}

/** What came of an action. What an agent tells of its own tools has a call of its own, so that all answers have a question. */
export function shownObservation(event: ObservationEvent, context: Context): V1Body[] {
  if (!isOutcome(event)) return [];
  const { cause } = context;
  const observation = shownOutcome(event, cause && isQuestion(cause) ? (cause as Action) : null);
  const asked = askedBy(event, context);
  return [
    ...asked.question,
    { source: "environment", ...asked.call, observation, action_id: asked.actionId, kind: "ObservationEvent" },
  ];
}

/** That the user has not allowed an action. */
export function rejectionOf(event: ObservationEvent, context: Context): V1Body[] {
  const asked = askedBy(event, context);
  return [
    ...asked.question,
    {
      source: "environment",
      ...asked.call,
      action_id: asked.actionId,
      rejection_reason: event.content,
      kind: "UserRejectObservation",
    },
  ];
}

/** That an action has failed, or that the agent has asked for one that there is not. */
export function toolError(event: ObservationEvent, { cause }: Context): V1Body {
  return {
    source: "agent",
    ...callOf(cause && isQuestion(cause) ? cause : event),
    error: event.content,
    kind: "AgentErrorEvent",
  };
}

function askedBy(
  event: ObservationEvent,
  { cause, idOf }: Context,
): { call: Call; actionId: string; question: V1Body[] } {
  if (cause && isQuestion(cause)) return { call: callOf(cause), actionId: idOf(questionOf(cause)), question: [] };
  const call = callOf(event);
  return { call, actionId: idOf(event.id), question: [actionEvent(event, call, { kind: "MCPToolAction", data: {} })] };
}

/** Whether an action is shown as the call of a tool, so that something can come of it. */
function isQuestion(event: ActionEvent): boolean {
  return isToolLike(event as Action & ActionEvent);
}

/** Of an action that was held back, the event that asked: the one that was decided upon is not shown. */
function questionOf(action: ActionEvent): number {
  return isDecided(action) && action.cause !== undefined ? action.cause : action.id;
}

/** Whether an action is one that was held back, as it stands in the log once the user has decided. */
function isDecided({ cause, args }: ActionEvent): boolean {
  return cause !== undefined && "confirmation_state" in args;
}

function callOf(event: Event): Call {
  const { tool_call_metadata: made } = event;
  if (made) return { tool_name: made.function_name, tool_call_id: made.tool_call_id };
  const id = "action" in event ? questionOf(event) : event.id;
  return { tool_name: toolNameOf(event), tool_call_id: `call_${id}` };
}

function toolNameOf(event: Event): string {
  if (!("action" in event)) return event.observation;
  const action = event as Action & ActionEvent;
  return isToolLike(action) ? shownTool(action).tool : event.action;
}

function actionEvent(event: Event, call: Call, action: V1EventOf<"ActionEvent">["action"]): V1Body {
  const args = "action" in event ? event.args : {};
  const thought = "thought" in args && !("action" in event && event.action === "think") ? args.thought : "";
  const { kind: _, ...called } = action ?? { kind: null };
  const answer = event.tool_call_metadata?.model_response["id"];
  return {
    source: "action" in event ? event.source : "agent",
    thought: thought === "" ? [] : [textPart(thought)],
    reasoning_content: null,
    thinking_blocks: [],
    responses_reasoning_item: null,
    action,
    ...call,
    tool_call: { id: call.tool_call_id, name: call.tool_name, arguments: JSON.stringify(called), origin: "completion" },
    llm_response_id: typeof answer === "string" ? answer : `response_${event.id}`,
    security_risk: "security_risk" in args ? risks[args.security_risk as keyof typeof risks] : "UNKNOWN",
    kind: "ActionEvent",
  };
}

type WithoutEnvelope<Update> = Update extends unknown ? Omit<Update, "source" | "kind"> : never;
type StateUpdate = Extract<V1Body, { kind: "ConversationStateUpdateEvent" }>;

function stateUpdate(update: WithoutEnvelope<StateUpdate>): StateUpdate {
  return { source: "environment", ...update, kind: "ConversationStateUpdateEvent" };
}

const risks = { [-1]: "UNKNOWN", 0: "LOW", 1: "MEDIUM", 2: "HIGH" } as const;

/** What the model has used, as V1 tells it: by what it was used for. */
export function statsOf(metrics: NonNullable<ActionEvent["llm_metrics"]>): ConversationState["stats"] {
  const { accumulated_token_usage: usage, token_usages, ...rest } = metrics;
  const agent = {
    ...rest,
    accumulated_cost: Math.max(0, rest.accumulated_cost),
    model_name: usage.model,
    accumulated_token_usage: { ...usage, reasoning_tokens: 0 },
    token_usages: token_usages.map((one) => ({ ...one, reasoning_tokens: 0 })),
  };
  return { usage_to_metrics: { agent } };
}
