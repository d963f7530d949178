import type { DocumentNode } from "../documents.ts";
import { textOf } from "../json.ts";
import type { Json } from "../json.ts";
import { parameterValue } from "../parameter-text.ts";
import type { Probe } from "../probe.ts";
import type { Mismatch, Validator } from "../schemas.ts";
import type { Source } from "../values/arbitrary.ts";

/** Where a part stands in what is sent. */
export type PartPlace = "body" | "frame" | "query" | "path" | "header";

/** A part of a request or a message that has a schema of its own. */
export interface Part {
  /** `body`, `frame`, `query.limit`. */
  readonly name: string;
  readonly place: PartPlace;
  /** The name of a parameter; empty for a body or a frame. */
  readonly key: string;
  readonly schema: DocumentNode;
  readonly required: boolean;
  readonly validator: Validator;
  readonly source: Source;
}

/** What is sent: a value for each part, undefined for a part that is left out. */
export type Values = ReadonlyMap<Part, Json | undefined>;

/**
 * A request or a message that can be sent with any values, and whose answer is judged by what the documents promise for
 * these. REST and sockets look alike from here.
 */
export interface Interaction {
  /** `rest/conversations.create`, `socket/events/user_action`. */
  readonly name: string;
  readonly parts: readonly Part[];
  /**
   * Makes what it needs on the server.
   * @throws {SetupError} when that cannot be made
   */
  open(probe: Probe): Promise<Trial>;
}

/** An interaction that is ready to be tried, any number of times. */
export interface Trial {
  /** Values that the document says are right. */
  readonly base: Values;
  /** Sends values, and writes down in the probe what was not as promised. */
  attempt(probe: Probe, values: Values): Promise<void>;
  /** Puts the server back as it was. */
  close(probe: Probe): Promise<void>;
}

/** A part that does not fit, with the reasons. */
export interface Misfit {
  readonly part: Pick<Part, "name" | "place" | "key" | "schema">;
  readonly mismatches: readonly Mismatch[];
}

/** The parts that do not fit. None where all is as the document asks. */
export function misfitsIn(values: Values): Misfit[] {
  return [...values].flatMap(([part, value]) => {
    const mismatches = mismatchesOf(part, value);
    return mismatches.length === 0 ? [] : [{ part, mismatches }];
  });
}

/** Why a value does not fit a part; what stands outside of a body is text, and stands for what its schema takes it for. */
export function mismatchesOf(part: Part, value: Json | undefined): Mismatch[] {
  const { schema, validator, place, required, name } = part;
  if (value === undefined)
    return required
      ? [{ at: "", property: undefined, message: `must have the part ${name}`, pointer: schema.pointer }]
      : [];
  const isText = place !== "body" && place !== "frame";
  return validator.mismatches(schema, isText ? parameterValue(schema, textOf(value)) : value);
}
