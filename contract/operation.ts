// The one door to ts-rest: its routers, types and walkers reach the rest of the project through this file only.
import { initContract } from "@ts-rest/core";
import type { AppRoute } from "@ts-rest/core";
import * as z from "zod";
import type { Deprecation } from "./deprecation.ts";
import type { Difference } from "./differences.ts";
import { errorCatalogue, errorSchema } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";
import { contentDisposition } from "./media.ts";
import type { Download, FileBytes, Upload, UploadedFile } from "./media.ts";

const tsRest = initContract();

/** How a caller may prove who it is; see `securitySchemes`. An access token is good for the one thing that it is made out for. */
export type Security = "none" | "user" | "accessToken";

/** What a caller may do: `write` includes `read`. */
export const scopes = ["read", "write"] as const;
export type Scope = (typeof scopes)[number];

/** Which rate limits count a request: `exempt` none, `address` only the one before authentication, `user` both. */
export type RateLimitClass = "exempt" | "address" | "user";

/**
 * The features that an operator can switch on or off, each with the setting that switches it on; while one is off, everything
 * behind it answers 404. The documents that a server serves leave out V1 while it is off; `oidc` is an operation or two, which
 * say themselves when they are there.
 */
export const gates = { v1: "ENABLE_V1=on", oidc: "AUTH_MODE=oidc" } as const;
export type Gate = keyof typeof gates;

/** The groups under which the documents list operations. */
export const tags = {
  Options: "What this server offers: models, agents, configuration.",
  Sessions: "Log in from a browser and log out again.",
  Conversations: "Conversations with the agent, from creation to deletion.",
  Events: "What happens in a conversation: messages, actions, observations.",
  Feedback: "What users think of their conversations.",
  Workspace: "The files a conversation works on, their changes, and where they are.",
  "API keys": "Keys for programs.",
  Settings: "A user's settings.",
  Secrets: "Values of a user's own that are kept encrypted and never shown.",
  "Git providers": "Access to git hosts.",
  Health: "Whether the server is alive and ready.",
  Users: "Who the caller is (V1).",
  "App conversations": "Conversations with the agent, and what their start has come to (V1).",
  "V1 events": "What happens in a conversation, and how its agent is told to go on (V1).",
  Sandboxes: "Workspaces with their processes: start, pause, resume, delete (V1).",
  "Sandbox workspace": "The files of a sandbox, and their changes (V1).",
  Webhooks: "What agents that run elsewhere report, and ask for (V1).",
} as const;
export type Tag = keyof typeof tags;

/** A header of a successful response. */
export interface ResponseHeader {
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What the documents, the server and the tests need to know of an operation besides its schemas. */
export interface OperationMetadata {
  readonly summary: string;
  readonly description: string;
  readonly tag: Tag;
  /** The version of the API in which the operation appeared. */
  readonly since: string;
  readonly security: Security;
  /** What an API key must be good for to call it. */
  readonly scope: Scope;
  readonly rateLimit: RateLimitClass;
  readonly gate?: Gate;
  readonly deprecation?: Deprecation;
  /** True where a client may send `Idempotency-Key`: the operation creates or appends, and a repeat must not do so twice. */
  readonly idempotencyKey?: boolean;
  /** Where it does something else than upstream, on purpose. What several operations share is one object in each of them. */
  readonly differences?: readonly Difference[];
  /** All error codes a client can meet, the shared ones included. */
  readonly errors: readonly ErrorCode[];
  /** One request that succeeds, and its answer. Path and query values are in their wire form. */
  readonly example: OperationExample;
  /** True where the body may be left out, which is then read as `{}`. */
  readonly optionalBody?: boolean;
  /** True where a sandbox's session key will do too, for what is in that sandbox. It is good for nothing else. */
  readonly sandboxKey?: boolean;
  /** True where the last parameter of the path is the whole rest of it, its slashes encoded or not: a path in a path. */
  readonly pathTail?: boolean;
  /** True where what it makes comes after its answer, or not at all: the answer says where to ask. */
  readonly asynchronous?: boolean;
  /** Headers of the successful answer. */
  readonly responseHeaders?: Readonly<Record<string, ResponseHeader>>;
  /** Path parameters of other operations that this one's answer supplies: parameter name -> field of the body. */
  readonly produces?: Readonly<Record<string, string>>;
  /** The same for what the request itself gives a name to: parameter name -> field of the request's body. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface OperationExample {
  readonly request?: {
    readonly params?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** The files of a form, each with its text. */
    readonly upload?: readonly { readonly name: string; readonly content: string }[];
  };
  /** The body of the successful answer; absent for a download, a redirect and a gone operation. */
  readonly response?: unknown;
}

/** What is written in `contract/rest/*.ts`: `operation` completes it. */
export interface OperationDefinition extends Omit<OperationMetadata, "errors" | "scope"> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path with parameters as `:name`. */
  readonly path: `/${string}`;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body is a form of files, instead of `body`. */
  readonly upload?: Upload;
  /** The successful answer is a file, instead of `responses`. */
  readonly download?: Download;
  /** The successful answer sends a browser elsewhere, instead of `responses`: 302 with `Location` and no body. Says where to. */
  readonly redirect?: string;
  /** The successful answers in JSON. Empty only for a download, a redirect and a gone operation. */
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** The error codes that are this operation's own; the shared ones are added. */
  readonly errors?: readonly ErrorCode[];
  /** A GET reads and every other method writes; one that only reads, although it is no GET, says `read`. */
  readonly scope?: Scope;
}

type Route = AppRoute & { readonly metadata: OperationMetadata };

/** A ts-rest route that carries our metadata and the definition it was made from. */
export type Operation = Route & { readonly definition: OperationDefinition };

/** Operations by resource, then by name: `contract.conversations.create`. */
export type Contract = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/**
 * Declares one REST operation.
 * @returns a ts-rest route with the schema of every error it can answer with, and the metadata the documents need
 */
export function operation<const Definition extends OperationDefinition>(
  definition: Definition,
): OperationOf<Definition> {
  const {
    method,
    path,
    params,
    query,
    body,
    upload: _,
    download,
    redirect,
    responses,
    errors: own = [],
    ...metadata
  } = definition;
  const errors = [...new Set([...own, ...sharedErrors(definition)])].toSorted(byStatus);
  const route = {
    method,
    path,
    summary: metadata.summary,
    description: metadata.description,
    ...(params && { pathParams: params }),
    ...(query && { query }),
    ...(method !== "GET" && { body: body ?? tsRest.noBody() }),
    responses: { ...responses, ...(redirect && { 302: tsRest.noBody() }), ...errorResponses(errors) },
    metadata: {
      ...metadata,
      ...(download && { responseHeaders: withDisposition(definition, download) }),
      ...(redirect && { responseHeaders: { ...locationHeader, ...metadata.responseHeaders } }),
      scope: scopeOf(definition),
      errors,
    },
    definition,
  };
  return route as unknown as OperationOf<Definition>; // the type keeps the definition's literals, which the spread loses
}

function withDisposition({ responseHeaders }: OperationDefinition, download: Download) {
  const disposition: ResponseHeader = {
    description: "Makes a browser save the answer as a file of this name (RFC 6266).",
    schema: z.literal(contentDisposition(download)),
  };
  return { ...responseHeaders, "Content-Disposition": disposition };
}

const locationHeader = {
  Location: { description: "Where the browser goes next (RFC 9110 §10.2.2).", schema: z.string() },
} as const;

/** Its own definition and nothing wider: beside `OperationDefinition` every status and body would be allowed. */
type OperationOf<Definition extends OperationDefinition> = Route & { readonly definition: Definition };

function scopeOf({ method, scope }: Pick<OperationDefinition, "method" | "scope">): Scope {
  return scope ?? (method === "GET" ? "read" : "write");
}

/** The error codes an operation can answer with because of what it is, not because of what it does. */
function sharedErrors(definition: OperationDefinition): ErrorCode[] {
  if (definition.deprecation?.state === "gone") return ["operation_removed", "rate_limited", "internal_error"];
  const { security, rateLimit, method, body, upload, gate, idempotencyKey, deprecation } = definition;
  // Every operation takes `X-Request-ID`, so every operation can be sent one that does not fit.
  const codes: ErrorCode[] = ["internal_error", "validation_failed"];
  if (deprecation) codes.push("operation_removed"); // from its sunset on
  if (body) codes.push("malformed_json", "payload_too_large", "unsupported_media_type");
  if (upload) codes.push("malformed_form", "payload_too_large", "unsupported_media_type");
  // 503 while the store, or the OpenID provider, whose keys prove a token, does not answer.
  if (security === "user") codes.push("credentials_conflict", "unauthenticated", "invalid_credentials", "not_ready");
  if (security === "accessToken") codes.push("unauthenticated", "invalid_credentials");
  if (security === "user" && method !== "GET") codes.push("origin_forbidden");
  if (security === "user" && scopeOf(definition) === "write") codes.push("scope_insufficient");
  // Too many wrong keys, wherever one can be sent.
  if (rateLimit !== "exempt" || security === "user") codes.push("rate_limited");
  if (gate) codes.push("route_not_found");
  if (idempotencyKey) codes.push("idempotency_key_reused");
  return codes;
}

function errorResponses(codes: readonly ErrorCode[]): Record<number, z.ZodType> {
  const byStatusCode = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries([...byStatusCode].map(([status, group]) => [status, errorUnion(group)]));
}

/** The schema of a body that is one of these errors. @param schemaOf the body of one of them, plain or in an envelope */
export function errorUnion(
  codes: readonly ErrorCode[],
  schemaOf: (code: ErrorCode) => z.ZodObject = errorSchema,
): z.ZodType {
  const [first, ...rest] = codes.map(schemaOf);
  if (!first) throw new Error("errorUnion needs at least one code");
  return rest.length === 0 ? first : z.discriminatedUnion("code", [first, ...rest]);
}

function byStatus(a: ErrorCode, b: ErrorCode): number {
  return errorCatalogue[a].status - errorCatalogue[b].status || a.localeCompare(b, "en");
}

/** An operation with its address in the contract. */
export interface NamedOperation {
  /** `resource.name`, the `operationId` of the document. */
  readonly id: string;
  readonly resource: string;
  readonly name: string;
  readonly operation: Operation;
}

/** Every operation of a contract, in its order. */
export function operationsOf(contract: Contract): NamedOperation[] {
  return Object.entries(contract).flatMap(([resource, operations]) =>
    Object.entries(operations).map(([name, entry]) => ({
      id: `${resource}.${name}`,
      resource,
      name,
      operation: entry,
    })),
  );
}

type Schema<Definition, Part extends string> =
  Definition extends Readonly<Record<Part, infer S extends z.ZodType>> ? S : never;
type Field<Name extends string, S> = [S] extends [never] ? unknown : Readonly<Record<Name, S>>;

/** What a handler of the operation is given: the validated parts of the request. */
export type RequestOf<O extends { definition: unknown }> = Field<
  "params",
  z.output<Schema<O["definition"], "params">>
> &
  Field<"query", z.output<Schema<O["definition"], "query">>> &
  Field<"body", z.output<Schema<O["definition"], "body">>> &
  (O["definition"] extends { upload: Upload } ? { readonly upload: AsyncIterable<UploadedFile> } : unknown);

/** What a handler of the operation answers with; `Raw` stands for a body that is JSON text already. */
export type ResponseOf<O extends { definition: unknown }, Raw = never> = O["definition"] extends { redirect: string }
  ? { readonly status: 302; readonly body?: never; readonly headers: AnswerHeaders & { readonly Location: string } }
  : O["definition"] extends { download: Download }
    ? Answer<200, FileBytes>
    : O["definition"] extends { responses: infer Responses }
      ? { [Status in keyof Responses]: Answer<Status, z.input<Responses[Status] & z.ZodType> | Raw> }[keyof Responses]
      : never;

/** Headers of an answer. One that comes several times, such as `Set-Cookie`, is a list. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

interface Answer<Status, Body> {
  readonly status: Status;
  readonly body: Body;
  readonly headers?: AnswerHeaders;
}

/** The function that carries out an operation. It knows no framework: validated data and a context in, status and body out. */
export type Handler<O extends { definition: unknown }, Context, Raw = never> = (
  request: RequestOf<O>,
  context: Context,
) => Promise<ResponseOf<O, Raw>>;
