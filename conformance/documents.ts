import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { atPointer, isObject, pointerOf } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

/** Which of the two published documents is meant. */
export type DocumentKind = "openapi" | "asyncapi";

/** A published document as it was read; nothing is resolved in it. */
export interface ApiDocument {
  readonly kind: DocumentKind;
  /** The file or the URL it was read from, for a person. */
  readonly source: string;
  readonly root: JsonObject;
}

/** A place in a document. `value` is never a `{ $ref }`: references are followed when a place is reached. */
export interface DocumentNode {
  readonly document: ApiDocument;
  /** JSON pointer of the place itself, behind the references that led there. */
  readonly pointer: string;
  readonly value: Json;
}

/** A document cannot be read, or says something this runner cannot judge. The run cannot begin: exit code 2. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

/**
 * Reads a document from a file, or from the server under test.
 * @throws {DocumentError} when it cannot be read, is no YAML, or is no OpenAPI 3.1 / AsyncAPI 3.0 document
 */
export async function loadDocument(kind: DocumentKind, source: string, timeoutMs: number): Promise<ApiDocument> {
  const text = /^https?:/.test(source) ? await download(kind, source, timeoutMs) : await read(kind, source);
  return parseDocument(kind, source, text);
}

/**
 * A document from its YAML (or JSON) text.
 * @throws {DocumentError} as loadDocument does
 */
export function parseDocument(kind: DocumentKind, source: string, text: string): ApiDocument {
  let root: unknown;
  try {
    // An alias bomb must not stop the run: the documents use no aliases.
    root = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new DocumentError(`${source} is not YAML: ${messageOf(error)}`, { cause: error });
  }
  const version = isObject(root) ? root[kind] : undefined;
  const wanted = kind === "openapi" ? "3.1." : "3.0.";
  if (!isObject(root) || typeof version !== "string" || !version.startsWith(wanted))
    throw new DocumentError(
      `${source} is no ${kind} ${wanted}x document: its \`${kind}\` field is ${JSON.stringify(version)}.`,
    );
  return { kind, source, root };
}

export function rootOf(document: ApiDocument): DocumentNode {
  return { document, pointer: "", value: document.root };
}

/**
 * The place below `node`, with every reference on the way followed; undefined where there is nothing.
 * @throws {DocumentError} at a reference that leads nowhere, out of the document, or round in a circle
 */
export function child(node: DocumentNode, ...path: string[]): DocumentNode | undefined {
  let here = node;
  for (const part of path) {
    const value = atPointer(here.value, pointerOf([part]));
    if (value === undefined) return undefined;
    here = follow({ document: node.document, pointer: here.pointer + pointerOf([part]), value });
  }
  return here;
}

/** The places directly below `node`, by name; none when it is neither an object nor an array. */
export function children(node: DocumentNode | undefined): [string, DocumentNode][] {
  if (!node || typeof node.value !== "object" || node.value === null) return [];
  return Object.keys(node.value).flatMap((name): [string, DocumentNode][] => {
    const place = child(node, name);
    return place ? [[name, place]] : [];
  });
}

/** The text below `node`; undefined when there is none or it is no text. */
export function textAt(node: DocumentNode, ...path: string[]): string | undefined {
  const value = child(node, ...path)?.value;
  return typeof value === "string" ? value : undefined;
}

/** `openapi.yaml#/paths/…`: where a place stands, for a person. */
export function placeOf(node: DocumentNode): string {
  return `${node.document.kind}.yaml#${node.pointer}`;
}

function follow(node: DocumentNode): DocumentNode {
  let here = node;
  const seen = new Set<string>();
  while (isObject(here.value) && typeof here.value["$ref"] === "string" && !hasOtherKeywords(here.value)) {
    const reference = here.value["$ref"];
    if (!reference.startsWith("#"))
      throw new DocumentError(
        `${placeOf(here)}: ${reference} leads out of the document; only local references are read.`,
      );
    const pointer = reference.slice(1);
    const value = atPointer(node.document.root, pointer);
    if (value === undefined) throw new DocumentError(`${placeOf(here)}: ${reference} leads nowhere.`);
    if (seen.has(pointer)) throw new DocumentError(`${placeOf(here)}: ${reference} leads round in a circle.`);
    seen.add(pointer);
    here = { document: node.document, pointer, value };
  }
  return here;
}

/** A schema of OpenAPI 3.1 may say more beside its `$ref`; `summary` and `description` alone change nothing. */
function hasOtherKeywords(value: JsonObject): boolean {
  return Object.keys(value).some((name) => !["$ref", "summary", "description"].includes(name));
}

async function read(kind: DocumentKind, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new DocumentError(`The ${kind} document cannot be read from ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function download(kind: DocumentKind, url: string, timeoutMs: number): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (answer.ok) return await answer.text();
    throw new Error(`it answered ${answer.status}`);
  } catch (error) {
    throw new DocumentError(
      `The ${kind} document cannot be fetched from ${url}: ${messageOf(error)}. ` +
        `Fix: check --url and that the server runs, or name a file with --${kind}.`,
      { cause: error },
    );
  }
}

/** The message of anything thrown, with the reason that `fetch` hides in `cause` unless it is told already. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message || error.name;
  const reason = error.cause === undefined ? "" : messageOf(error.cause);
  return message.includes(reason) ? message : `${message} (${reason})`;
}
