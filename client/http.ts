import { keyed, operations, paged } from "../generated/client/operations.ts";
import type { Calls } from "../generated/client/operations.ts";
import type { ErrorDetail } from "../generated/client/types.ts";
import { ApiError, ConnectionError, GateClosedError, TimeoutError, UnexpectedResponseError } from "./errors.ts";
import type { Gate } from "./errors.ts";
import type { OperationName } from "./operation-types.ts";
import { withPages } from "./pages.ts";
import { pauseBefore } from "./retrying.ts";
import type { Outcome } from "./retrying.ts";
import { uniqueId } from "./unique-id.ts";
import { buildUrl, parseBaseUrl } from "./url.ts";
import { backoff, retryAfterMs, sleep, startDeadline } from "./waiting.ts";
import type { RetryDelay } from "./waiting.ts";

/** How to reach a server. */
export interface ClientOptions {
  /** Where the server is, with the path under which it is mounted, if any: `https://example.com/openhands`. */
  readonly baseUrl: string;
  /** An API key, sent as `Authorization: Bearer` (RFC 6750). A browser with a session cookie needs none. */
  readonly apiKey?: string | undefined;
  /** What to send requests with instead of the global `fetch`. It must heed `init.signal`. */
  readonly fetch?: Fetch | undefined;
  /** How long to wait for an answer, each try for itself: 30,000. `Infinity` waits without a limit. */
  readonly timeoutMs?: number | undefined;
  /** How often to repeat a call that can be repeated: 2. */
  readonly maxRetries?: number | undefined;
  /** How long to wait before that where there is no `Retry-After`: half a second, doubled each time, less by chance. */
  readonly retryDelayMs?: RetryDelay | undefined;
  /** Further headers for every request. They win over those that the client sets itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The part of the global `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a single call may set. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. The server may have carried it out all the same. */
  readonly signal?: AbortSignal | undefined;
  /** As in `ClientOptions`, for this call. */
  readonly timeoutMs?: number | undefined;
  /** As in `ClientOptions`, for this call. */
  readonly maxRetries?: number | undefined;
  /**
   * As in `ClientOptions`, for this call. `X-Request-ID` names the request in the server's log; `Idempotency-Key` what is to
   * be done once, for a program that may itself make the call again.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The operations of the API, by resource: `client.conversations.create({ body: { initial_user_msg: "Hi" } })`. */
export type Client = Calls<CallOptions>;

/**
 * A client of one server. Every call takes its path and query parameters by name and the body under `body`, and resolves
 * with the body of the answer; a file comes as a `Blob`. It rejects with
 * - `ApiError` when the server refuses it; `isApiError(error, "conversation_not_found")` narrows it by code;
 * - `GateClosedError`, an `ApiError`, when the server has the operation switched off;
 * - `ConnectionError` when no answer comes, `TimeoutError` when it takes too long, and the signal's reason when aborted;
 * - `UnexpectedResponseError` when what answers does not speak this API.
 *
 * A call that was refused with 429 was not carried out, and is repeated after the server's `Retry-After`. When no answer
 * comes, or 502, 503 or 504, what can be done twice without harm is repeated too: GET, PUT and DELETE, and the POSTs that
 * take an `Idempotency-Key`, which the client makes. What was deleted by a try that got no answer is not found by the next.
 *
 * A call that answers with a page gives all items, page after page, to `for await`:
 * `for await (const conversation of client.conversations.list()) …`
 * @throws {TypeError} when `baseUrl` is no http(s) URL
 */
export function createClient(options: ClientOptions): Client {
  return createCalls<Client>(options, { operations, keyed, paged });
}

/** Which operations there are: the tables of one version. */
export interface Surface {
  readonly operations: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly keyed: readonly string[];
  readonly paged: Readonly<Record<string, string>>;
}

/** The calls of a surface, whose type is generated together with its tables. */
export function createCalls<Calls>(options: ClientOptions, { operations: all, keyed: keys, paged: pages }: Surface) {
  const settings = readOptions(options);
  const resources = Object.entries(all).map(([resource, routes]) => {
    const calls = Object.entries(routes).map(([member, route]) => {
      const name = `${resource}.${member}` as OperationName; // the keys are those that it is made of
      const target = { ...splitRoute(route), name, takesKey: keys.includes(name) };
      return [
        member,
        (request: AnyRequest = {}, call: CallOptions = {}) =>
          withPages(pages[name], request, (each) => perform(settings, target, each, call)),
      ];
    });
    return [resource, Object.fromEntries(calls)];
  });
  return Object.fromEntries(resources) as Calls;
}

type Settings = ReturnType<typeof readOptions>;

function readOptions({ baseUrl, apiKey, timeoutMs = 30_000, maxRetries = 2, headers, ...options }: ClientOptions) {
  return {
    base: parseBaseUrl(baseUrl),
    headers: {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...lowerCase(headers),
    },
    // Looked up at each call, so that what replaces the global later, as test tools do, is used.
    fetch: options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init)),
    timeoutMs,
    maxRetries,
    retryDelayMs: options.retryDelayMs ?? backoff,
  };
}

interface Target {
  readonly name: OperationName;
  readonly method: string;
  readonly template: string;
  readonly takesKey: boolean;
  /** Where files go: `multipart/form-data` when they are sent, else the type of the one that is answered. */
  readonly files: string | undefined;
  /** What has to be open on the server for it to exist. */
  readonly gate: Gate | undefined;
}

function splitRoute(route: string): Omit<Target, "name" | "takesKey"> {
  const [parts, gate] = route.split(" @") as [string, Gate?];
  const [method, template, files] = parts.split(" ") as [string, string, string?];
  return { method, template, files, gate };
}

/** The request of any call, as the runtime sees it. */
interface AnyRequest {
  readonly body?: unknown;
  readonly [parameter: string]: unknown;
}

async function perform(
  settings: Settings,
  target: Target,
  request: AnyRequest,
  options: CallOptions,
): Promise<unknown> {
  const message = writeRequest(settings, target, request, options);
  const maxRetries = options.maxRetries ?? settings.maxRetries;
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(() => exchange(settings, target, message, options));
    const pause = tries <= maxRetries ? pauseBefore(outcome, target, tries, settings.retryDelayMs) : undefined;
    if (pause !== undefined) await sleep(pause, options.signal);
    else if ("answer" in outcome) return readAnswer(target, outcome.answer);
    else throw outcome.error;
  }
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { answer: await work() };
  } catch (error) {
    return { error };
  }
}

interface Message {
  readonly url: string;
  readonly init: RequestInit;
}

function writeRequest(
  settings: Settings,
  target: Target,
  { body, ...parameters }: AnyRequest,
  options: CallOptions,
): Message {
  const isForm = target.files === "multipart/form-data";
  const headers = {
    accept: target.files ? "*/*" : "application/json",
    // That of a form has its boundary in it, which `fetch` makes.
    ...(body !== undefined && !isForm && { "content-type": "application/json" }),
    ...(target.takesKey && { "idempotency-key": uniqueId() }),
    ...settings.headers,
    ...lowerCase(options.headers),
  };
  return {
    url: buildUrl(settings.base, target.template, parameters),
    init: {
      method: target.method,
      // Made here and not by `fetch`, so that a header that cannot be sent is a TypeError and not a failed connection.
      headers: new Headers(headers),
      ...(body !== undefined && { body: isForm ? writeForm(body as FormFiles) : JSON.stringify(body) }),
    },
  };
}

/** The files of each field. */
type FormFiles = Readonly<Record<string, readonly { readonly name: string; readonly content: BlobPart }[]>>;

function writeForm(fields: FormFiles): FormData {
  const form = new FormData();
  for (const [field, files] of Object.entries(fields))
    for (const { name, content } of files) form.append(field, new Blob([content]), name);
  return form;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** A `Blob` where the answer is a file. */
  readonly body: string | Blob;
}

/** One request and its whole answer. */
async function exchange(
  settings: Settings,
  target: Target,
  { url, init }: Message,
  options: CallOptions,
): Promise<Answer> {
  const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
  const deadline = startDeadline(timeoutMs, () => new TimeoutError(target.name, timeoutMs), options.signal);
  try {
    const response = await settings.fetch(url, { ...init, signal: deadline.signal });
    const isFile = response.headers.get("content-type") === target.files;
    const body = await (isFile ? response.blob() : response.text());
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    deadline.signal.throwIfAborted();
    throw new ConnectionError(target.name, url, cause);
  } finally {
    deadline.clear();
  }
}

function readAnswer(target: Target, answer: Answer): unknown {
  if (typeof answer.body !== "string") return answer.body;
  const body = parseBody(target, answer.status, answer.body);
  if (answer.status >= 200 && answer.status < 300) return body;
  if (!isErrorBody(body)) throw new UnexpectedResponseError(target.name, answer.status, answer.body);
  const refusal = {
    code: body.code,
    status: answer.status,
    details: body.details ?? [],
    requestId: body.request_id ?? answer.headers.get("x-request-id") ?? undefined,
    retryAfterMs: retryAfterMs(answer.headers.get("retry-after")),
    operation: target.name,
  };
  const { code } = refusal;
  if (target.gate && code === "route_not_found") throw new GateClosedError(target.gate, { ...refusal, code });
  throw new ApiError(body.error, refusal);
}

function parseBody(target: Target, status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnexpectedResponseError(target.name, status, text, { cause });
  }
}

interface AnyErrorBody {
  readonly error: string;
  readonly code: string;
  readonly details?: readonly ErrorDetail[];
  readonly request_id?: string;
}

function isErrorBody(body: unknown): body is AnyErrorBody {
  const { error, code } = (body ?? {}) as Partial<Record<keyof AnyErrorBody, unknown>>;
  return typeof error === "string" && typeof code === "string";
}

/** Header names in one case, so that the later of two spellings replaces the earlier instead of joining it. */
function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
