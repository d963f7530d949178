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

/** A body that is JSON text and is made while it is written: as long as it may be, only a part of it is held. */
export class JsonStream {
  readonly parts: AsyncIterable<string>;
  private constructor(parts: AsyncIterable<string>) {
    this.parts = parts;
  }

  /**
   * An object that ends with a list.
   * @param pages the JSON texts of the list's entries, some at a time
   * @param others the members before the list
   */
  static ofList(name: string, pages: AsyncIterable<readonly string[]>, others: object = {}): JsonStream {
    const opening = JSON.stringify({ ...others, [name]: [] }).slice(0, -"]}".length);
    return new JsonStream(listParts(opening, pages));
  }

  /** A list whose entries are sent one by one, each when it is there. @param entries their JSON texts */
  static ofEach(entries: AsyncIterable<string>): JsonStream {
    return new JsonStream(entryParts(entries));
  }
}

async function* listParts(opening: string, pages: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let before = opening;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.join(",");
    before = ",";
  }
  yield before === "," ? "]}" : `${before}]}`;
}

/** Each entry is on a line of its own, and goes out with the comma before it: what has come so far can be read. */
async function* entryParts(entries: AsyncIterable<string>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const entry of entries) {
    yield before + entry;
    before = ",\n";
  }
  yield before === ",\n" ? "]" : "[]";
}
