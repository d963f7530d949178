import { compareAsyncApi } from "./asyncapi/document.ts";
import type { Change } from "./change.ts";
import type { Context } from "./context.ts";
import { compareOpenApi } from "./openapi/document.ts";
import { rootOf } from "./place.ts";
import type { ApiDocument } from "./place.ts";
import { Recorder } from "./recorder.ts";
import { SchemaComparison } from "./schema/comparison.ts";

/** The two documents of an API, or one of them. */
export type Documents = readonly ApiDocument[];

/**
 * Every change between two versions of an API's documents, the worst first.
 * @param today YYYY-MM-DD: what has its sunset on or before it may be gone
 * @throws {DocumentError} at a reference that leads nowhere, out of its document, or round in a circle
 */
export function compareDocuments(old: Documents, next: Documents, today: string): Change[] {
  const recorder = new Recorder();
  for (const document of old) {
    const other = next.find(({ kind }) => kind === document.kind);
    if (other) compareBoth({ recorder, schemas: new SchemaComparison(), today }, document, other);
    else reportAlone(recorder, "document-removed", document);
  }
  for (const document of next)
    if (!old.some(({ kind }) => kind === document.kind)) reportAlone(recorder, "document-added", document);
  return recorder.changes();
}

function compareBoth(context: Context, old: ApiDocument, next: ApiDocument): void {
  if (old.kind === "openapi") compareOpenApi(context, old, next);
  else compareAsyncApi(context, old, next);
}

function reportAlone(recorder: Recorder, rule: "document-added" | "document-removed", document: ApiDocument): void {
  const place = rootOf(document);
  const what = `There is ${rule === "document-added" ? "a new" : "no longer an"} ${document.kind} document.`;
  recorder.add({ rule, old: place, new: place, what });
}
