import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { requestOf } from "./calls.ts";
import type { Call } from "./calls.ts";
import { sightAnswer } from "./cover/sightings.ts";
import { messageOf } from "./documents.ts";
import { checkAnswer, codeOf, mediaTypeOf } from "./http/checks.ts";
import type { Expectation } from "./http/checks.ts";
import { curlOf } from "./http/curl.ts";
import { NoAnswerError, sendHttp } from "./http/exchange.ts";
import type { HttpAnswer, HttpRequest } from "./http/exchange.ts";
import { retryAfterSeconds } from "./http/headers.ts";
import { parseJson } from "./json.ts";
import type { Json } from "./json.ts";
import { isJson, isSuccess } from "./operations.ts";
import { noteAnswer } from "./resources.ts";
import type { Exchange, Failure } from "./results.ts";
import { AbsenceError } from "./socket/connection.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** An answer with its body as JSON; undefined when it is none. */
export interface Answer extends HttpAnswer {
  readonly json: Json | undefined;
}

/** What one case works with: it sends, and it writes down what went over the wire and what was not as promised. */
export interface Probe {
  readonly world: World;
  readonly failures: Failure[];
  readonly exchanges: Exchange[];
  /** Sends a call and checks the answer against everything the document promises, and against `expected`. */
  call(call: Call, expected?: Expectation): Promise<Answer>;
  /**
   * Sends a call that a case only needs as a preparation.
   * @throws {SetupError} when it does not succeed
   */
  prepare(call: Call): Promise<Answer>;
  /** Sends a request that no document knows; nothing is checked. */
  send(request: HttpRequest): Promise<Answer>;
  fail(failure: Failure): void;
}

/** Longer texts are cut in the report: a reader needs the beginning. */
const longestText = 2000;

/** How often a request is sent again after a 429. */
const mostAttempts = 10;

export function createProbe(world: World): Probe {
  const failures: Failure[] = [];
  const exchanges: Exchange[] = [];

  async function exchange(request: HttpRequest): Promise<Answer> {
    const entry = { sent: describeRequest(request, world), received: ["no answer"], repeat: repeatOf(request, world) };
    exchanges.push(entry);
    const answer = await sendHttp(request, Math.min(world.limits.answerMs, remaining(world)));
    const json = parseJson(answer.text);
    hideKeys(json, world);
    for (const cookie of answer.headers.getSetCookie()) world.secrets.add(/=([^;]+)/.exec(cookie)?.[1]);
    entry.received = describeAnswer(answer, world);
    return { ...answer, json };
  }

  /** Sends until the answer is something else than a 429 that was not asked for. */
  async function patiently(request: HttpRequest, call: Call | undefined, wanted: number | undefined): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await exchange(request);
      if (answer.status !== 429 || wanted === 429 || attempt === mostAttempts) return answer;
      if (call) failures.push(...checkAnswer(call.operation, answer, undefined, undefined, world.openapi.validator));
      const seconds = retryAfterSeconds(answer.headers.get("retry-after"), Date.now()) ?? 1;
      if (seconds * 1000 > remaining(world)) return answer;
      exchanges.pop();
      await sleep(seconds * 1000 + 20);
    }
  }

  async function call(what: Call, expected?: Expectation): Promise<Answer> {
    const requestId = randomUUID();
    const request = requestOf(world, what, requestId);
    const answer = await patiently(request, what, expected?.status);
    const sentId = request.headers["X-Request-ID"] === requestId ? requestId : undefined;
    sightAnswer(world.sightings, what.operation, answer);
    failures.push(...checkAnswer(what.operation, answer, sentId, expected, world.openapi.validator));
    failures.push(...noteAnswer(world, what, answer));
    return answer;
  }

  return {
    world,
    failures,
    exchanges,
    call,
    async prepare(what) {
      const answer = await call(what);
      if (isSuccess(answer.status)) return answer;
      throw new SetupError(
        `${what.operation.id} is needed here and answered ${[answer.status, codeOf(answer) ?? ""].join(" ").trim()}.`,
      );
    },
    send: (request) => patiently(request, undefined, undefined),
    fail: (failure) => void failures.push(failure),
  };
}

/** What a case throws, as a failure. */
export function failureOf(error: unknown): Failure {
  return {
    promise: promiseBroken(error),
    where: undefined,
    expected: "no error",
    found: error instanceof Error && error.name === "TypeError" ? (error.stack ?? error.message) : messageOf(error),
  };
}

function promiseBroken(error: unknown): string {
  if (error instanceof SetupError) return "What the case needs can be made.";
  if (error instanceof AbsenceError) return "What the document says will come comes.";
  return error instanceof NoAnswerError ? "Every request is answered." : "The case can be carried out.";
}

/** Milliseconds until the run has to end, at least one. */
export function remaining(world: World): number {
  return Math.max(1, world.limits.deadline - Date.now());
}

/** A text, cut where it is too long for a report. */
export function cut(text: string, length = longestText): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

function describeRequest(request: HttpRequest, world: World): string[] {
  const lines = [
    `${request.method} ${request.url.href}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    ...(request.body === undefined ? [] : ["", cut(request.body)]),
  ];
  return lines.map((line) => world.secrets.mask(line));
}

function repeatOf(request: HttpRequest, world: World): string {
  return curlOf(request, (text) => world.secrets.mask(text));
}

function describeAnswer(answer: HttpAnswer, world: World): string[] {
  const lines = [
    String(answer.status),
    ...[...answer.headers].map(([name, value]) => `${name}: ${value}`),
    "",
    cut(shownBody(answer)),
  ];
  return lines.map((line) => world.secrets.mask(line));
}

/** A file's bytes tell a reader nothing. */
function shownBody(answer: HttpAnswer): string {
  if (answer.text === "") return "(no body)";
  const type = mediaTypeOf(answer) ?? "";
  return isJson(type) || type.startsWith("text/") || type === "" ? answer.text : `(a body of type ${type})`;
}

const secretNames = new Set(["key", "api_key", "token", "access_token", "session_api_key", "password"]);

/** A key made during the run is as secret as the one it was given. */
function hideKeys(value: Json | undefined, world: World): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === "string" && secretNames.has(name)) world.secrets.add(inner);
    else hideKeys(inner, world);
  }
}
