import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { isObject } from "../conformance/json.ts";
import { DocumentError } from "./place.ts";
import type { ApiDocument, DocumentKind } from "./place.ts";
import { plain } from "./text.ts";

const run = promisify(execFile);

/** The documents of this repository, and of a folder, by name. */
const published: Readonly<Record<DocumentKind, string>> = { openapi: "openapi.yaml", asyncapi: "asyncapi.yaml" };

const versions: Readonly<Record<DocumentKind, { pattern: RegExp; text: string }>> = {
  openapi: { pattern: /^3\.[01]\.\d+/, text: "3.0 or 3.1" },
  asyncapi: { pattern: /^3\.0\.\d+/, text: "3.0" },
};

/** A document of 64 MiB is no document of an API. */
const maxBytes = 64 * 1024 * 1024;

/** What a name stands for: one document, or as many of the two as there are. */
export interface Loaded {
  readonly documents: readonly ApiDocument[];
  readonly isFile: boolean;
}

/**
 * The documents that a command names: a file, a folder or a git revision with `openapi.yaml` and `asyncapi.yaml` in it, or
 * one file of a revision as `REV:path`. What is on the disk comes before a revision of the same name.
 * @throws {DocumentError} when there is no such thing, it is no YAML, or no document that can be compared
 */
export async function loadDocuments(name: string): Promise<Loaded> {
  const found = await stat(name).catch(() => null);
  if (found?.isDirectory()) return await bothOf(name, (path) => readFile(join(name, path), "utf8"));
  if (found) return { documents: [parseDocument(name, await readFile(name, "utf8"))], isFile: true };
  if (name.includes(":")) return { documents: [parseDocument(name, await show(name))], isFile: true };
  await checkRevision(name);
  return await bothOf(name, async (path) => await show(`${name}:${path}`));
}

/**
 * A document from its YAML (or JSON) text.
 * @throws {DocumentError} when it is no YAML, or no document that can be compared
 */
export function parseDocument(source: string, text: string): ApiDocument {
  let root: unknown;
  try {
    // Aliases without end must not stop the machine; a few are fine.
    root = parse(text, { maxAliasCount: 1000 });
  } catch (error) {
    throw new DocumentError(`${source} is not YAML: ${(error as Error).message}`, { cause: error }); // parse throws errors
  }
  const kind = isObject(root) ? (["openapi", "asyncapi"] as const).find((name) => root[name] !== undefined) : undefined;
  if (!isObject(root) || kind === undefined)
    throw new DocumentError(
      `${source} is neither an OpenAPI nor an AsyncAPI document: it has no \`openapi\` and no \`asyncapi\` field.`,
    );
  const version = plain(root[kind]);
  if (!versions[kind].pattern.test(version))
    throw new DocumentError(`${source} is ${kind} ${version}. Fix: give a document of ${versions[kind].text}.`);
  return { kind, source, root };
}

/** Both documents, or the one that is there. */
async function bothOf(name: string, read: (path: string) => Promise<string>): Promise<Loaded> {
  const found: ApiDocument[] = [];
  for (const path of Object.values(published)) {
    const text = await read(path).catch(() => null);
    if (text !== null) found.push(parseDocument(`${name}:${path}`, text));
  }
  if (found.length > 0) return { documents: found, isFile: false };
  throw new DocumentError(
    `${name} holds neither ${published.openapi} nor ${published.asyncapi}. Fix: name the file itself, as ${name}:path in git.`,
  );
}

async function checkRevision(name: string): Promise<void> {
  try {
    await run("git", ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  } catch (error) {
    throw new DocumentError(
      `${name} is no file, no folder and no git revision here. Fix: check its spelling; run it in the repository for a revision.`,
      { cause: error },
    );
  }
}

/** `git show`, from where the repository begins. */
async function show(object: string): Promise<string> {
  try {
    const { stdout } = await run("git", ["show", "--end-of-options", object], { maxBuffer: maxBytes });
    return stdout;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string }; // execFile's error has it
    throw new DocumentError(
      `${object} is no file here, and git does not have it: ${stderr.trim()}. Fix: name a file, or REV:path from the top of the repository.`,
      { cause: error },
    );
  }
}
