import { atPointer, isObject, pointerOf } from "../conformance/json.ts";
import type { Json, JsonObject } from "../conformance/json.ts";

/** Which kind of document it is. */
export type DocumentKind = "openapi" | "asyncapi";

/** A document as it was read; nothing is resolved in it. */
export interface ApiDocument {
  readonly kind: DocumentKind;
  /** Where it was read from, for a person: a file, or `REV:path`. */
  readonly source: string;
  readonly root: JsonObject;
}

/** A place in a document. */
export interface Place {
  readonly document: ApiDocument;
  /** JSON pointer (RFC 6901). What stands for something absent has the pointer of what it is absent from. */
  readonly pointer: string;
  readonly value: Json;
}

/** A document cannot be read, or says something that cannot be compared. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

export function rootOf(document: ApiDocument): Place {
  return { document, pointer: "", value: document.root };
}

/** The place below; undefined where there is nothing. References on the way are followed, the last one is not. */
export function below(place: Place, ...path: readonly string[]): Place | undefined {
  let here: Place | undefined = place;
  for (const part of path) {
    if (here === undefined) return undefined;
    here = step(follow(here), part);
  }
  return here;
}

/** As `below`, behind the references that stand there. */
export function at(place: Place, ...path: readonly string[]): Place | undefined {
  const found = below(place, ...path);
  return found && follow(found);
}

/** The places directly below an object or an array, behind references, by name; none where there is neither. */
export function membersOf(place: Place | undefined): Map<string, Place> {
  const found = new Map<string, Place>();
  if (place === undefined || typeof place.value !== "object" || place.value === null) return found;
  for (const name of Object.keys(place.value)) {
    const member = at(place, name);
    if (member) found.set(name, member);
  }
  return found;
}

/** The object at a place; an empty one where there is none. */
export function objectAt(place: Place | undefined): JsonObject {
  return place && isObject(place.value) ? place.value : {};
}

/** The text below a place; undefined when there is none or it is no text. */
export function textAt(place: Place | undefined, ...path: readonly string[]): string | undefined {
  const value = place && at(place, ...path)?.value;
  return typeof value === "string" ? value : undefined;
}

/** What stands for something absent: a value that means the same, at the place that it is absent from. */
export function absent(place: Place, value: Json): Place {
  return { document: place.document, pointer: place.pointer, value };
}

/**
 * What a place refers to, when it is nothing but a reference.
 * @throws {DocumentError} at a reference that leads nowhere, out of the document, or round in a circle
 */
export function follow(place: Place): Place {
  let here = place;
  const seen = new Set<string>();
  for (;;) {
    const reference = referenceIn(here.value);
    if (reference === undefined) return here;
    if (seen.has(reference)) throw new DocumentError(`${placeText(here)}: ${reference} leads round in a circle.`);
    seen.add(reference);
    here = targetOf(here, reference);
  }
}

/** @throws {DocumentError} when the reference leads nowhere or out of the document */
export function targetOf(place: Place, reference: string): Place {
  if (!reference.startsWith("#"))
    throw new DocumentError(
      `${placeText(place)}: ${reference} leads out of the document. Fix: bundle the document into one file first.`,
    );
  const pointer = reference.slice(1);
  const value = atPointer(place.document.root, pointer);
  if (value === undefined) throw new DocumentError(`${placeText(place)}: ${reference} leads nowhere.`);
  return { document: place.document, pointer, value };
}

/** `openapi.yaml#/paths/…`: a place, for a person. */
export function placeText(place: Place): string {
  return `${place.document.source}#${place.pointer}`;
}

/** `Conversation`, of `#/components/schemas/Conversation`. */
export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** A reference and nothing beside it but what is for people (OpenAPI 3.1, reference object). */
function referenceIn(value: Json): string | undefined {
  if (!isObject(value) || typeof value["$ref"] !== "string") return undefined;
  const isAlone = Object.keys(value).every((name) => ["$ref", "summary", "description"].includes(name));
  return isAlone ? value["$ref"] : undefined;
}

function step(place: Place, part: string): Place | undefined {
  const pointer = pointerOf([part]);
  const value = atPointer(place.value, pointer);
  return value === undefined ? undefined : { document: place.document, pointer: place.pointer + pointer, value };
}
