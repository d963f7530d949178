// The notation of the tables in this folder: what the reference of upstream's API says of one field, as data.

/** A field of an object, or a parameter. */
export interface Field {
  /**
   * JSON types and the names of `enums`, joined by `|`: `string`, `AgentState|null`, `integer[]`. A map is an `object`.
   */
  readonly type: string;
  /** Whether a client must send it; absent where the reference does not say, or nobody sends it. */
  readonly required?: boolean;
  /** What it is when it is left out; absent where the reference names none. */
  readonly initial?: unknown;
  /** The fields of the object, or of the objects in the list. */
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

/** A field that a client must send. */
export function must(type: string, fields?: Fields): Field {
  return { type, required: true, ...(fields && { fields }) };
}

/** A field that a client may leave out. */
export function may(type: string, initial?: unknown, fields?: Fields): Field {
  return { type, required: false, ...(initial !== undefined && { initial }), ...(fields && { fields }) };
}

/** A field that the server sends. */
export function holds(type: string, fields?: Fields): Field {
  return { type, ...(fields && { fields }) };
}
