import type { Json } from "../../conformance/json.ts";
import type { Place } from "../place.ts";
import type { Atom } from "./types.ts";

/** A schema: a value must fit all of these places. Most have one; a property that `allOf` names twice has two. */
export type Schema = readonly Place[];

/** A keyword's value, and where it stands. */
export interface Fact {
  readonly value: Json;
  readonly place: Place;
}

/**
 * What a schema says, in one spelling: references followed, `allOf` merged, `const` as `enum`, `type: [T, null]` and
 * `nullable` as `anyOf` with null. `null` is a value when it is among the types; all else is about the other values.
 */
export interface Normal {
  /** Equal for the same places. */
  readonly key: string;
  readonly place: Place;
  readonly types: ReadonlySet<Atom>;
  readonly typePlace: Place;
  readonly facts: ReadonlyMap<string, Fact>;
  readonly properties: ReadonlyMap<string, Schema>;
  readonly patternProperties: ReadonlyMap<string, Schema>;
  /** What the properties that are not declared must fit. */
  readonly additional: Schema;
  readonly required: ReadonlyMap<string, Place>;
  readonly prefixItems: readonly Schema[];
  /** Other keywords whose value is a schema, such as `items` and `not`. */
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly union?: Union;
}

export interface Union {
  readonly kind: "anyOf" | "oneOf";
  readonly place: Place;
  readonly alternatives: readonly Alternative[];
  readonly discriminator?: Discriminator;
}

/** An alternative never has null: that is lifted to the schema that it is an alternative of. */
export interface Alternative {
  readonly normal: Normal;
  /** The component that it refers to. */
  readonly name?: string;
}

export interface Discriminator {
  readonly place: Place;
  readonly property: string;
  /** The pointer that each value leads to. */
  readonly mapping: ReadonlyMap<string, string>;
}
