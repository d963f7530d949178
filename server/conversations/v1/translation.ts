import type {
  ActionEvent,
  AgentState,
  Event,
  EventSource,
  ObservationEvent,
  ReportedV1Event,
  V1Event,
  V1EventKind,
} from "../../../contract/index.ts";
import type { Action, Observation } from "../event-draft.ts";

type WithoutPlace<Any> = Any extends unknown ? Omit<Any, "id" | "timestamp"> : never;

/** A V1 event before it has an id and a time. */
export type V1Body = WithoutPlace<V1Event>;

/** What a V0 event is shown by besides itself. */
export interface Context {
  /** The V1 id of a part of a V0 event; of its first part when none is named. */
  readonly idOf: (eventId: number, part?: number) => string;
  /** The action that the event came of; null where there is none. */
  readonly cause: ActionEvent | null;
  /** The agent's state before the event; null before the first. */
  readonly stateBefore: AgentState | null;
  /** The V1 ids of the events that a condensation forgets. */
  readonly forgotten: readonly string[];
}

/** How one type of V0 event is shown in V1. */
export type ShownAs<Any extends Event = Event> =
  | {
      /** The kinds of the V1 events that may come of it. */
      readonly kinds: readonly [V1EventKind, ...V1EventKind[]];
      readonly show: (event: Any, context: Context) => V1Body[];
    }
  | {
      /** Why nothing of it is shown. */
      readonly none: string;
    };

type ActionNamed<Name> = Extract<ActionEvent, { action: Name }>;
type ObservationNamed<Name> = Extract<ObservationEvent, { observation: Name }>;

/** Every type of V0 event, with how it is shown in V1. */
export type ShownTable = {
  readonly [Type in ActionEvent["action"] as `action ${Type}`]: ShownAs<ActionNamed<Type>>;
} & {
  readonly [Type in ObservationEvent["observation"] as `observation ${Type}`]: ShownAs<ObservationNamed<Type>>;
};

/** An event of V0 that has no id yet. */
export type Reading = { readonly source: EventSource; readonly cause?: number } & (
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "observation"; readonly observation: Observation }
);

/** What is known of the log that a V1 event is read into. */
export interface Reader {
  /** The id of the V0 action that was made of the call of a tool; undefined when none was. */
  readonly actionOfCall: (toolCallId: string) => number | undefined;
  /** The id of the V0 event that a V1 id of this log stands for; undefined when none does. */
  readonly eventOfId: (id: string) => number | undefined;
}

/** How one kind of V1 event is read into the log. */
export type ReadAs<Kind extends V1EventKind = V1EventKind> =
  | {
      /** Gives nothing for an event that has nothing to say in V0. */
      readonly read: (event: Extract<ReportedV1Event, { kind: Kind }>, reader: Reader) => Reading[];
    }
  | {
      /** Why nothing of it is read. */
      readonly none: string;
    };

/** Every kind of V1 event, with how it is read into the log. */
export type ReadTable = { readonly [Kind in V1EventKind]: ReadAs<Kind> };
