/** A body, or a part of one, that is JSON text already: stored events go out as they were stored, never parsed. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object whose members may be JSON text. */
type WithJsonText<Body> = { readonly [Name in keyof Body]: Body[Name] | JsonText | readonly JsonText[] };

/**
 * Joins an object some of whose members are JSON text, or arrays of it.
 * @returns the object as JSON text
 */
export function spliceJson<Body extends object>(body: WithJsonText<Body>): JsonText {
  const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}:${memberText(value)}`);
  return new JsonText(`{${members.join(",")}}`);
}

function memberText(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  const isStored = Array.isArray(value) && value.every((item) => item instanceof JsonText);
  return isStored ? `[${value.map(({ text }) => text).join(",")}]` : JSON.stringify(value);
}
