import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { Options, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import { parse } from "yaml";
import type { JsonSchema } from "../../scripts/model/json-schema.ts";

/** A published document as data, with a JSON Schema validator that has never heard of Zod. */
export interface Published<Content> {
  readonly content: Content;
  /** What a schema of the document has against a value; empty when it accepts it. */
  errorsOf(pointer: string, value: unknown): string[];
}

export interface WithSchemas {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface OpenApiDocument extends WithSchemas {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

export interface OpenApiParameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
  readonly example?: unknown;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;

export interface AsyncApiDocument extends WithSchemas {
  readonly info: { readonly description: string };
  readonly operations: Readonly<Record<string, { readonly action: string }>>;
  readonly components: WithSchemas["components"] & { readonly messages: Readonly<Record<string, AsyncApiMessage>> };
}

export interface AsyncApiMessage {
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly payload: unknown }[];
}

// Strict, so that a misspelt keyword fails instead of accepting everything.
const options: Options = { strict: true, strictTypes: false, allErrors: true };

/** `openapi.yaml`, whose schemas are JSON Schema 2020-12. */
export function publishedOpenApi(): Published<OpenApiDocument> {
  return published("openapi.yaml", new Ajv2020(options).addVocabulary(["discriminator"]));
}

/** `asyncapi.yaml`, whose schemas are draft-07. */
export function publishedAsyncApi(): Published<AsyncApiDocument> {
  return published("asyncapi.yaml", new Ajv(options));
}

/** A generated document as data. */
export function readDocument<Content>(path: string): Content {
  return parse(readFileSync(join(import.meta.dirname, "../..", path), "utf8")) as Content; // the test says what is in it
}

function published<Content>(path: string, ajv: Ajv | Ajv2020): Published<Content> {
  const content = readDocument<Content>(path);
  ajvFormats.default(ajv);
  ajv.addVocabulary(["x-sunset", "x-deprecation", "x-depends-on"]);
  ajv.addVocabulary(Object.keys(content as object)); // the document itself is no schema, its parts are
  ajv.addSchema(content as object, path, undefined, false);
  return {
    content,
    errorsOf(pointer, value) {
      const validate = validatorAt(ajv, `${path}${pointer}`);
      return validate(value)
        ? []
        : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
    },
  };
}

function validatorAt(ajv: Ajv | Ajv2020, reference: string): ValidateFunction {
  const validate = ajv.getSchema(reference);
  if (!validate) throw new Error(`There is no schema at ${reference}.`);
  return validate as ValidateFunction; // synchronous: no schema here has $async
}

/** `["paths", "/a"]` -> `#/paths/~1a` (RFC 6901, percent-encoded as a URI fragment). */
export function pointer(...path: readonly (string | number)[]): string {
  return ["#", ...path.map((key) => encodeURIComponent(String(key).replaceAll("~", "~0").replaceAll("/", "~1")))].join(
    "/",
  );
}
