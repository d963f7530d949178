import { ObservationEvent } from "../../contract/index.ts";
import type { ActionEvent, ActionRequest, EventSource } from "../../contract/index.ts";
import type { EventDraft } from "../store/store.ts";
import { describeAction, describeObservation } from "./describe.ts";

type WithoutEnvelope<Event> = Event extends unknown
  ? Omit<Event, "id" | "timestamp" | "source" | "message" | "cause">
  : never;

/** An action without its envelope. */
export type Action = WithoutEnvelope<ActionEvent>;

/** An observation without its envelope. */
export type Observation = WithoutEnvelope<ObservationEvent>;

type Named<Name extends Observation["observation"]> = Extract<Observation, { observation: Name }>;

const extrasSchemas = new Map(
  ObservationEvent.options.map((option) => [option.shape.observation.value as string, option.shape.extras]),
);

/**
 * An observation with the defaults of its extras filled in, from the fields that matter.
 * @throws when the fields do not fit the contract, which is a fault of the caller
 */
export function newObservation<Name extends Exclude<Observation["observation"], "run" | "run_ipython">>(
  observation: Name,
  content: string,
  extras: Partial<Named<Name>["extras"]>,
): Named<Name> {
  // the parse proves it; its type is that of all extras
  return { observation, content, extras: extrasSchemas.get(observation)?.parse(extras) } as unknown as Named<Name>;
}

/** That something failed. @param id a code for programs; may be empty */
export function errorObservation(message: string, id: string): Named<"error"> {
  return { observation: "error", content: message, extras: { error_id: id } };
}

/** What the envelope says besides the id and the time. */
interface Envelope {
  readonly source: EventSource;
  /** The id of the action that this event is the result of. */
  readonly cause?: number;
}

/** An action, ready for the log. */
export function draftAction(action: Action | ActionRequest, { source, cause }: Envelope): EventDraft {
  const envelope = { source, message: describeAction(action), ...(cause !== undefined && { cause }) };
  return {
    kind: "action",
    type: action.action,
    source,
    hidden: action.action === "run" && action.args.hidden,
    body: jsonMembers({ ...envelope, ...action }),
  };
}

/** An observation, ready for the log. */
export function draftObservation(observation: Observation, { source, cause }: Envelope): EventDraft {
  const envelope = { source, message: describeObservation(observation), ...(cause !== undefined && { cause }) };
  return {
    kind: "observation",
    type: observation.observation,
    source,
    hidden: observation.observation === "run" && observation.extras.hidden,
    body: jsonMembers({ ...envelope, ...observation }),
    ...(observation.observation === "agent_state_changed" && { agentState: observation.extras.agent_state }),
  };
}

/** The members of an object as JSON text, without the braces. */
export function jsonMembers(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
