import * as z from "zod";
import { pascalCase } from "./names.ts";

/**
 * Every error a client can meet, over REST or the socket: its status, the sentence it is introduced with, and what to do
 * about it. The statuses follow design §3.1: 400 is malformed input, 401 missing or bad credentials and only that, 404 also
 * hides what belongs to another user.
 */
export const errorCatalogue = {
  validation_failed: {
    status: 400,
    title: "The request does not fit the contract",
    remedy: "`details` names each part that does not fit and what would.",
  },
  malformed_json: {
    status: 400,
    title: "The body or frame is not valid JSON",
    remedy: "Send one JSON document in UTF-8.",
  },
  malformed_form: {
    status: 400,
    title: "The body is not a valid form",
    remedy: "Send one `multipart/form-data` body to its end, with the boundary that `Content-Type` names (RFC 7578).",
  },
  path_outside_workspace: {
    status: 400,
    title: "The path leads out of the workspace",
    remedy: "Name a path relative to the workspace's root.",
  },
  repository_unavailable: {
    status: 400,
    title: "The git repository cannot be read",
    remedy: "Check the URL (`https://…` or `file://…`), the branch, and that the server may read it.",
  },
  login_failed: {
    status: 400,
    title: "The login at the OpenID provider did not succeed",
    remedy: "Begin again at `GET /api/login/oidc`.",
  },
  not_a_file: {
    status: 400,
    title: "The path names no file",
    remedy: "Name a file, not a folder; `list-files` shows folders with `/` at their end.",
  },
  not_a_directory: {
    status: 400,
    title: "The path leads through a file",
    remedy: "Name a path whose parts, apart from the last, are folders.",
  },
  credentials_conflict: {
    status: 400,
    title: "The request carries credentials that disagree",
    remedy: "Send one API key, the same wherever it stands, and no session cookie of another user beside it.",
  },
  malformed_request: {
    status: 400,
    title: "The request is not valid HTTP",
    remedy: "Send a request as RFC 9112 describes it.",
  },
  unauthenticated: {
    status: 401,
    title: "The request carries no credentials",
    remedy: "Send `Authorization: Bearer <API key>`, `X-Session-API-Key`, or a session cookie.",
  },
  invalid_credentials: {
    status: 401,
    title: "The credentials are not, or no longer, valid",
    remedy: "Create a new API key, get a new token, or log in again.",
  },
  origin_forbidden: {
    status: 403,
    title: "The request's Origin may not use a session cookie",
    remedy: "Call from a permitted origin, or use an API key instead of the cookie.",
  },
  permission_denied: {
    status: 403,
    title: "The server may not read the file",
    remedy: "Change the file's permissions with a command in the workspace.",
  },
  scope_insufficient: {
    status: 403,
    title: "The API key, or the session begun with it, may only read",
    remedy: "Use a key whose scope is `write`.",
  },
  route_not_found: {
    status: 404,
    title: "There is no such operation",
    remedy: "Compare the path with the published document.",
  },
  conversation_not_found: {
    status: 404,
    title: "There is no such conversation",
    remedy: "List the conversations to see those that exist.",
  },
  api_key_not_found: {
    status: 404,
    title: "There is no such API key",
    remedy: "List the API keys to see those that exist.",
  },
  sandbox_not_found: {
    status: 404,
    title: "There is no such sandbox",
    remedy: "Search the sandboxes to see those that exist.",
  },
  sandbox_spec_not_found: {
    status: 404,
    title: "There is no such sandbox spec",
    remedy: "Search the sandbox specs to see those that exist, or leave it out for the default one.",
  },
  provider_token_not_found: {
    status: 404,
    title: "No such provider",
    remedy: "Store a token of the git provider with `POST /api/add-git-providers`.",
  },
  settings_not_found: {
    status: 404,
    title: "No settings have been stored yet",
    remedy: "Store some with `POST /api/settings`; until then the defaults apply.",
  },
  secret_not_found: {
    status: 404,
    title: "There is no such secret",
    remedy: "List the secrets to see those that exist.",
  },
  file_not_found: {
    status: 404,
    title: "There is no such file in the workspace",
    remedy: "List the files to see those that exist.",
  },
  not_a_repository: {
    status: 404,
    title: "The file is in no git repository",
    remedy: "Clone a repository, or make one with `git init`.",
  },
  method_not_allowed: {
    status: 405,
    title: "The path exists, but not with this method",
    remedy: "The `Allow` header lists the methods that exist.",
  },
  request_timeout: {
    status: 408,
    title: "The request did not arrive in time",
    remedy: "Send it again, all at once.",
  },
  conversation_not_running: {
    status: 409,
    title: "The conversation is not running",
    remedy: "Start it with `POST /api/conversations/{conversation_id}/start`.",
  },
  agent_state_conflict: {
    status: 409,
    title: "The agent's state does not allow that now",
    remedy: "Wait for an `agent_state_changed` event after which it is allowed.",
  },
  conversation_exists: {
    status: 409,
    title: "There already is a conversation with that id",
    remedy: "Choose another id, or leave it to the server.",
  },
  secret_exists: {
    status: 409,
    title: "There already is a secret of that name",
    remedy: "Choose another name, or delete that secret first.",
  },
  idempotency_key_reused: {
    status: 409,
    title: "The Idempotency-Key belongs to another request",
    remedy: "Choose a new key for each thing to be done; repeat a request unchanged.",
  },
  git_failed: {
    status: 409,
    title: "Git cannot compare the repository as it is",
    remedy: "Look at the repository with a command, such as `git status`, and repair it.",
  },
  operation_removed: {
    status: 410,
    title: "The operation has been removed",
    remedy: "Use the replacement that `error` and the `Link` header name.",
  },
  payload_too_large: {
    status: 413,
    title: "The body is larger than the server accepts",
    remedy: "Send less at once; the limit is in the message.",
  },
  file_too_large: {
    status: 413,
    title: "The file, or the list of changes, is larger than can be shown",
    remedy: "Look at a part of it with a command, or download the workspace.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The content is not of an accepted type",
    remedy: "Send the media type that the operation lists, JSON in UTF-8; on a socket, text frames.",
  },
  binary_file: {
    status: 415,
    title: "The file is not text",
    remedy: "Download the workspace to get the file's bytes.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    remedy: "Wait for the seconds in `Retry-After`.",
  },
  headers_too_large: {
    status: 431,
    title: "The request's headers are larger than the server accepts",
    remedy: "Send fewer or shorter headers: 16 KiB at most, the request line included.",
  },
  internal_error: {
    status: 500,
    title: "The server failed",
    remedy: "Report the `request_id`; the cause is in the server's log.",
  },
  not_ready: {
    status: 503,
    title: "The server is not ready",
    remedy: "Try again after the seconds in `Retry-After`.",
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

/** The `code` of an error body. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Which part of a request was wrong. */
export const ErrorDetail = z
  .object({
    in: z.enum(["path", "query", "header", "body", "frame"]).describe("Where the part stands."),
    path: z.string().describe("The part's name, nested names joined with dots: `args.command`. Empty for the whole."),
    message: z.string().describe("What was wrong and what would be right, for a person."),
  })
  .meta({
    id: "ErrorDetail",
    description: "One part of a request that does not fit the contract.",
    examples: [{ in: "query", path: "limit", message: "must be an integer in decimal digits" }],
  });
export type ErrorDetail = z.infer<typeof ErrorDetail>;

/** The one shape of every error body, whatever its status. */
export interface ErrorBody {
  success: false;
  error: string;
  code: ErrorCode;
  details?: ErrorDetail[];
  request_id: string;
}

const schemas = new Map<ErrorCode, ReturnType<typeof buildErrorSchema>>();

/** The schema of the body of one error: the shared shape, `code` fixed. */
export function errorSchema(code: ErrorCode) {
  const known = schemas.get(code);
  if (known) return known;
  const schema = buildErrorSchema(code);
  schemas.set(code, schema);
  return schema;
}

function buildErrorSchema(code: ErrorCode) {
  const { title, remedy } = errorCatalogue[code];
  return z
    .object({
      success: z.literal(false).describe("Always false: the request was not carried out."),
      error: z.string().describe("What was wrong, for a person."),
      code: z.literal(code).describe("What was wrong, for a program."),
      details: z
        .array(ErrorDetail)
        .optional()
        .describe("The parts of the request that were wrong, when they can be named."),
      request_id: z.string().describe("The request's id, also in `X-Request-ID` and in the server's log."),
    })
    .meta({
      id: errorSchemaName(code),
      description: `${title}. ${remedy}`,
      examples: [{ success: false, error: `${title}.`, code, request_id: "01K9Z8Q4W3V5T7R9P1N3M5K7J9" }],
    });
}

/** `conversation_not_found` -> `ConversationNotFoundError`, `internal_error` -> `InternalError`. */
function errorSchemaName(code: ErrorCode): string {
  return `${pascalCase(code).replace(/Error$/, "")}Error`;
}
