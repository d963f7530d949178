// The one file between the handlers and their framework: express 5 through ts-rest.
import type { AppRouter } from "@ts-rest/core";
import { createExpressEndpoints } from "@ts-rest/express";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import { contract, operationsOf, requestHeaders, standardHeaders } from "../../contract/index.ts";
import type {
  AnswerHeaders,
  FileBytes,
  Gate,
  NamedOperation,
  OperationDefinition,
  OperationMetadata,
} from "../../contract/index.ts";
import type { Handlers } from "../../generated/server/handlers.ts";
import { operations } from "../../generated/server/operations.ts";
import type { OperationRow } from "../../generated/server/operations.ts";
import { ApiError } from "../api-error.ts";
import type { Authenticator } from "../identity/credentials.ts";
import { includes } from "../identity/principal.ts";
import type { Principal } from "../identity/principal.ts";
import { jsonBody } from "./body.ts";
import { wantsTls } from "./peer.ts";
import type { AddressOf } from "./peer.ts";
import type { Clock } from "../clock.ts";
import type { DeprecatedUses } from "../deprecation.ts";
import { heedDeprecation } from "./deprecation.ts";
import { toApiError, validationFailed } from "./errors.ts";
import type { Idempotency, ReceiptOf, RepeatableRequest } from "../idempotency.ts";
import type { JsonStream, JsonText } from "./json-text.ts";
import { readForm, readRest } from "./multipart.ts";
import { writeStanding } from "./rate-limit.ts";
import type { RequestLimits } from "../request-limits.ts";
import type { ResponseValidator } from "./response-validation.ts";
import { stateOf } from "./state.ts";
import { joinTails } from "./path-tail.ts";
import { FileBody, writeFile } from "./write-file.ts";
import { writeJson } from "./write-json.ts";

/** What a handler is told about the request besides its validated data. */
export interface RequestContext {
  /** Who makes the request. */
  readonly principal: Principal;
  /** The request's headers, for the session cookie, the access token and the origin alone. */
  readonly headers: Request["headers"];
  /** The address that the request comes from. */
  readonly address: string;
  /** Whether a cookie of the answer is to travel encrypted only. */
  readonly secure: boolean;
  /** Makes the receipt that goes with the request's effect, for an operation that takes an `Idempotency-Key`. */
  readonly receiptOf: ReceiptOf;
}

/** Every handler of the server. */
export type ServerHandlers = Handlers<RequestContext, JsonText | JsonStream>;

export interface RouterDeps {
  /** A resource that is wholly behind a closed gate needs none. */
  readonly handlers: Omit<ServerHandlers, "oidc"> & Partial<Pick<ServerHandlers, "oidc">>;
  readonly authenticator: Authenticator;
  readonly addressOf: AddressOf;
  readonly limits: RequestLimits;
  readonly idempotency: Idempotency;
  readonly validator: ResponseValidator;
  readonly openGates: readonly Gate[];
  readonly clock: Clock;
  readonly uses: DeprecatedUses;
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
}

/** What a handler of any operation looks like from here. */
type AnyHandler = (request: object, context: RequestContext) => Promise<Answer>;

interface Answer {
  readonly status: number;
  /** Undefined where the answer is a redirect. */
  readonly body: unknown;
  readonly headers?: AnswerHeaders;
}

/** What else a client writes there may be anything. */
function isConversationId(text: unknown): boolean {
  return typeof text === "string" && /^[0-9a-f]{32}$/.test(text);
}

const named = new Map(operationsOf(contract).map((operation) => [operation.id, operation]));

/** Mounts every operation of the contract whose gate is open. What is behind a closed gate is as unknown as any other path. */
export function mountOperations(app: Express, deps: RouterDeps): void {
  const open = operations.filter(({ gate }) => gate === null || deps.openGates.includes(gate));
  app.response.json = function (body) {
    if (body instanceof FileBody) writeFile(this, body);
    else writeJson(this, body);
    return this;
  };
  mountClosed(app, operations, open);
  app.use(joinTails(open.filter((row) => operationOf(row).operation.metadata.pathTail).map(({ path }) => path)));
  for (const row of open.filter(({ lifecycle }) => lifecycle === "gone")) mountGone(app, row, deps);
  mountMethodNotAllowed(
    app,
    open.filter(({ path }) => isShadowed(path, open)),
  );
  const served = open.filter(({ lifecycle }) => lifecycle !== "gone");
  createExpressEndpoints(routesOf(served), implementations(served, deps), app, {
    logInitialization: false,
    jsonQuery: false,
    responseValidation: false, // ts-rest would do it for every answer, and not for errors
    requestValidationErrorHandler: (error, _req, _res, next) => next(error),
  });
  mountMethodNotAllowed(app, open);
}

/**
 * What is behind a closed gate answers 404 before anything else is asked: whether a path with a parameter would take it too,
 * which methods it has, and who is asking. A path that has open operations as well keeps those.
 */
function mountClosed(app: Express, all: readonly OperationRow[], open: readonly OperationRow[]): void {
  const openPaths = new Set<string>(open.map(({ path }) => path));
  for (const row of all.filter((each) => !open.includes(each))) {
    if (openPaths.has(row.path)) app[methodOf(row)](row.path, noSuchOperation);
    else app.all(row.path, noSuchOperation);
  }
}

/** The last of the routes, and that of every closed gate. */
export const noSuchOperation: RequestHandler = ({ path }) => {
  throw new ApiError("route_not_found", `There is no operation at ${path}. Compare the path with /openapi.yaml.`);
};

/** From here on the log knows what the request is for. */
function nameOperation({ id }: OperationRow): RequestHandler {
  return ({ params }, res, next) => {
    const state = stateOf(res);
    state.operation = id;
    const { conversation_id } = params;
    if (isConversationId(conversation_id)) state.logger = state.logger.child({ conversation_id });
    next();
  };
}

/** A gone operation has no handler: it answers 410 whatever it is sent, and by whom. */
function mountGone(app: Express, row: OperationRow, deps: RouterDeps): void {
  app[methodOf(row)](row.path, nameOperation(row), ...deprecationOf(row, deps));
}

/** What stands before everything else of an operation that is deprecated or gone; nothing for the others. */
function deprecationOf(row: OperationRow, deps: RouterDeps): RequestHandler[] {
  const { deprecation } = operationOf(row).operation.metadata;
  return deprecation ? [heedDeprecation({ ...row, deprecation }, deps)] : [];
}

function implementations(
  rows: readonly OperationRow[],
  deps: RouterDeps,
): Parameters<typeof createExpressEndpoints<AppRouter>>[1] {
  const byResource = Map.groupBy(rows, ({ resource }) => resource);
  const routers = [...byResource].map(([resource, group]) => [
    resource,
    Object.fromEntries(group.map((row) => [row.name, implementation(row, deps)])),
  ]);
  return Object.fromEntries(routers);
}

function implementation(row: OperationRow, deps: RouterDeps) {
  const { metadata, definition } = operationOf(row).operation;
  const { upload, download } = definition;
  // The generated types have checked each handler against its operation; a walk over all of them has to forget which.
  const handler = (deps.handlers as unknown as Record<string, Record<string, AnyHandler>>)[row.resource]?.[row.name];
  if (!handler) throw new Error(`${row.id} has no handler`);
  const middleware: RequestHandler[] = [
    nameOperation(row),
    ...deprecationOf(row, deps),
    admission(metadata, row, deps),
  ];
  if (definition.body)
    middleware.push(jsonBody({ limit: deps.maxBodyBytes, optional: metadata.optionalBody ?? false }));
  return {
    middleware,
    handler: async ({ req, res, params, query, body }: HandlerArguments) => {
      try {
        const principal = stateOf(res).principal as Principal;
        const request = { params, query, body };
        const files = upload && { upload: readForm(req, { field: upload.field, limit: deps.maxUploadBytes }) };
        const work = (receiptOf: ReceiptOf) =>
          handler(
            { ...request, ...files },
            { principal, headers: req.headers, address: deps.addressOf(req), secure: wantsTls(req), receiptOf },
          );
        const answer = metadata.idempotencyKey
          ? await carryOutOnce({ userId: principal.userId, operation: row.id, content: request }, work, req, res, deps)
          : await work(() => undefined);
        deps.validator(row.id, answer.status, answer.body, stateOf(res).logger);
        for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value);
        // The generated types, and the validator, have seen to it that these are bytes.
        return download ? { ...answer, body: new FileBody(download, answer.body as FileBytes) } : answer;
      } catch (error) {
        if (upload) await readRest(req, res);
        throw declared(error, row);
      }
    },
  };
}

async function carryOutOnce(
  request: Omit<RepeatableRequest, "key">,
  work: (receiptOf: ReceiptOf) => Promise<Answer>,
  req: Request,
  res: Response,
  { idempotency }: RouterDeps,
): Promise<Answer> {
  const key = idempotencyKey(req);
  const { answer, replayed } = await idempotency.once({ ...request, key }, work);
  res.setHeader(standardHeaders.IdempotencyReplayed.name, String(replayed));
  return answer;
}

/** @throws {ApiError} `validation_failed` */
function idempotencyKey(req: Request): string | undefined {
  const { name, schema } = requestHeaders.IdempotencyKey;
  const { data, error } = schema.optional().safeParse(req.get(name));
  if (error)
    throw validationFailed([{ in: "header", path: name, message: error.issues[0]?.message ?? "is malformed" }]);
  return data;
}

interface HandlerArguments {
  readonly req: Request;
  readonly res: Response;
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
}

/** Everything that can refuse a request before its body is read, in the order of its cost to us. */
function admission(metadata: OperationMetadata, row: OperationRow, deps: RouterDeps): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    const state = stateOf(res);
    if (metadata.security === "user") {
      state.principal = await deps.authenticator.authenticate({
        headers: req.headers,
        rawHeaders: req.rawHeaders,
        address: deps.addressOf(req),
        changes: row.method !== "GET",
        inSandbox: metadata.sandboxKey ?? false,
      });
      if (metadata.rateLimit === "user") writeStanding(await deps.limits.countUser(state.principal.userId), res);
      if (!includes(state.principal.scope, metadata.scope)) throw new ApiError("scope_insufficient");
    }
    if (state.badRequestId !== null)
      throw validationFailed([{ in: "header", path: "X-Request-ID", message: state.badRequestId }]);
    next();
  };
}

/** An error that the operation does not declare is our fault, not the client's: the document says that it cannot happen. */
function declared(error: unknown, row: OperationRow): ApiError {
  const { metadata, definition } = operationOf(row).operation;
  const apiError = toApiError(error, pathParameterOf(definition));
  if (metadata.errors.includes(apiError.code)) return apiError;
  return new ApiError("internal_error", undefined, {
    cause: new Error(`${row.id} does not declare ${apiError.code}`, { cause: error }),
  });
}

/** The query parameter that names a path in the workspace. */
function pathParameterOf({ query }: OperationDefinition): string | undefined {
  return ["path", "file"].find((name) => query && name in query.shape);
}

/** RFC 9110 §15.5.6: a method that a known path does not have is answered with those that it has. */
function mountMethodNotAllowed(app: Express, rows: readonly OperationRow[]): void {
  for (const [path, group] of Map.groupBy(rows, (row) => row.path)) {
    const methods = group.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    const allow = [...methods, "OPTIONS"].join(", ");
    app.all(path, (req, res, next) => {
      if (methods.includes(req.method)) return next();
      if (req.method === "OPTIONS") return void res.status(204).setHeader("Allow", allow).end();
      throw new ApiError("method_not_allowed", `${req.method} is not a method of this path. It has ${allow}.`, {
        headers: { Allow: allow },
      });
    });
  }
}

/** Whether another path, with a parameter, would take what this one has no method for: `/a/search` beside `/a/:id`. */
function isShadowed(path: string, rows: readonly OperationRow[]): boolean {
  const others = rows.filter((row) => row.path !== path && row.path.includes(":"));
  return (
    !path.includes(":") && others.some((row) => new RegExp(`^${row.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path))
  );
}

/** The contract as far as it is served. Its types are those of any router: the generated handlers have the exact ones. */
function routesOf(rows: readonly OperationRow[]): AppRouter {
  const byResource = Map.groupBy(rows, ({ resource }) => resource);
  return Object.fromEntries(
    [...byResource].map(([resource, group]) => [
      resource,
      Object.fromEntries(group.map((row) => [row.name, operationOf(row).operation])),
    ]),
  );
}

function operationOf({ id }: OperationRow): NamedOperation {
  const operation = named.get(id);
  if (!operation) throw new Error(`${id} is in the generated table and not in the contract. Run: npm run generate`);
  return operation;
}

function methodOf({ method }: OperationRow): Lowercase<OperationRow["method"]> {
  return method.toLowerCase() as Lowercase<typeof method>;
}
