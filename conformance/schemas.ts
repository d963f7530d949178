import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { withDiscriminators } from "./discriminators.ts";
import type { ApiDocument, DocumentNode } from "./documents.ts";
import { isObject, partsOf, pointerOf } from "./json.ts";
import type { Json } from "./json.ts";

/** One way in which a value does not fit its schema. */
export interface Mismatch {
  /** JSON pointer into the value; empty for the whole. */
  readonly at: string;
  /** The property that is missing there, or is one too many. */
  readonly property: string | undefined;
  /** What the schema demands there: `must have required property 'title'`. */
  readonly message: string;
  /** JSON pointer into the document, of the demand that was not met. */
  readonly pointer: string;
}

/** Checks values against the schemas of one document. An empty answer means that the value fits. */
export interface Validator {
  mismatches(schema: DocumentNode, value: unknown): Mismatch[];
}

/**
 * A validator for every schema of a document: JSON Schema 2020-12 for OpenAPI 3.1 (its §4.8.24), draft-07 for AsyncAPI 3.0
 * (the schema object's superset). Formats are asserted, closed objects stay closed, and schemas compile when first used.
 */
export function createValidator(document: ApiDocument): Validator {
  const options = { strict: false, allErrors: true, discriminator: true, verbose: true, logger: false } as const;
  const ajv = document.kind === "openapi" ? new Ajv2020(options) : new Ajv(options);
  formats.default(ajv);
  const root = withDiscriminators(document.root);
  const pointers = pointersIn(root);
  ajv.addSchema(root, document.kind, undefined, false);
  const compiled = new Map<string, ValidateFunction>();

  return {
    mismatches(schema, value) {
      let validate = compiled.get(schema.pointer);
      if (!validate) {
        validate = ajv.compile({ $ref: `${document.kind}#${fragmentOf(schema.pointer)}` });
        compiled.set(schema.pointer, validate);
      }
      if (validate(value)) return [];
      return (validate.errors ?? []).map((error) => ({
        at: error.instancePath,
        property: propertyOf(error),
        message: withParameters(error),
        pointer: demandOf(error, pointers) ?? schema.pointer,
      }));
    },
  };
}

/**
 * Ajv names a demand relative to the nearest function it compiled, so the schema object itself is looked up: it is the
 * one that was handed to Ajv.
 */
function demandOf(error: ErrorObject, pointers: ReadonlyMap<unknown, string>): string | undefined {
  const pointer = pointers.get(error.parentSchema);
  return pointer === undefined ? undefined : pointer + pointerOf([error.keyword]);
}

/** Where every object of a document stands. */
function pointersIn(value: Json, pointer = "", found = new Map<unknown, string>()): Map<unknown, string> {
  if (typeof value !== "object" || value === null) return found;
  if (isObject(value)) found.set(value, pointer);
  for (const [name, inner] of Object.entries(value)) pointersIn(inner, pointer + pointerOf([name]), found);
  return found;
}

function propertyOf(error: ErrorObject): string | undefined {
  const { missingProperty, additionalProperty, unevaluatedProperty, propertyName } = error.params as Record<
    string,
    unknown
  >; // each keyword has its own parameters
  const named = missingProperty ?? additionalProperty ?? unevaluatedProperty ?? propertyName;
  return typeof named === "string" ? named : undefined;
}

/** Ajv's sentences leave out the very thing that was found or allowed. */
function withParameters(error: ErrorObject): string {
  const message = error.message ?? `does not satisfy ${error.keyword}`;
  const { additionalProperty, unevaluatedProperty, allowedValue, allowedValues, tagValue } = error.params as Record<
    string,
    unknown
  >; // each keyword has its own parameters
  const named = additionalProperty ?? unevaluatedProperty;
  if (named !== undefined) return `${message}: ${JSON.stringify(named)}`;
  if (allowedValue !== undefined || allowedValues !== undefined)
    return `${message}: ${JSON.stringify(allowedValue ?? allowedValues)}`;
  return tagValue === undefined ? message : `${message}, not ${JSON.stringify(tagValue)}`;
}

function fragmentOf(pointer: string): string {
  return pointerOf(partsOf(pointer)).split("/").map(encodeURIComponent).join("/");
}
