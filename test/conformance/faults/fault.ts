import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { isObject, parseJson } from "../../../conformance/json.ts";
import type { Json, JsonObject } from "../../../conformance/json.ts";

/** A request as it came, or as it is to be sent on. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** Text, or bytes of a binary frame. */
export type Frame = string | Buffer;

/** Makes a request to the real server. */
export type Forward = (asked: Asked) => Promise<Answer>;

/** One socket that goes through the proxy. */
export interface Connection {
  /** Path and query of the handshake. */
  readonly url: string;
  toClient(frame: Frame): void;
  close(code: number): void;
  /** What a fault remembers of this connection. */
  readonly memory: Map<string, unknown>;
}

/** What a fault does to what passes. Undefined, and what it was given, leave things as they are. */
export interface Interceptor {
  /** Another request, or an answer that the server never gave. */
  request?(asked: Asked, forward: Forward): Asked | Answer | undefined | Promise<Asked | Answer | undefined>;
  answer?(answer: Answer, asked: Asked, forward: Forward): Answer | undefined | Promise<Answer | undefined>;
  handshake?(asked: Asked): Asked | Answer | undefined;
  /** The frames to send instead of one of the server's. */
  frame?(frame: Frame, connection: Connection): Frame[] | undefined;
  /** The frames to send instead of one of the client's. */
  message?(frame: Frame, connection: Connection): Frame[] | undefined;
  closing?(code: number): number;
}

/** One promise of the documents, broken. */
export interface Fault {
  /** What the server does wrong. */
  readonly name: string;
  /** The operations or channels that it is about; a run of their cases alone must report it. */
  readonly about: readonly string[];
  /** The server has the gate of V1 closed. */
  readonly gateOff?: boolean;
  /** A fresh interceptor: what it remembers is of one run. */
  plant(): Interceptor;
}

/** @param about operationIds, channel names or names of cases, separated by spaces */
export function fault(name: string, about: string, plant: () => Interceptor, more: Partial<Fault> = {}): Fault {
  return { name, about: about.split(" "), plant, ...more };
}

/** Which exchanges a fault is about. */
export interface Where {
  readonly method: string;
  /** With `*` for one part of the path. */
  readonly path: string;
  readonly status?: number;
}

/** `GET /api/keys 200`: a method or `*`, a path with `*` for one part of it and `**` for any rest, and perhaps a status. */
function where(text: string): (asked: Asked, status?: number) => boolean {
  const [method = "", path = "", status] = text.split(" ");
  const pattern = new RegExp(`^${path.replaceAll(/\*\*|\*/g, (star) => (star === "*" ? "[^/]+" : ".*"))}$`);
  return (asked, answered) =>
    (method === "*" || method === asked.method) &&
    pattern.test(pathOf(asked)) &&
    (status === undefined || answered === undefined || status === String(answered));
}

export function pathOf({ url }: Asked): string {
  return url.split("?")[0] ?? "";
}

export function queryOf({ url }: Asked): URLSearchParams {
  return new URLSearchParams(url.split("?")[1] ?? "");
}

/** Changes the answers of some exchanges. */
export function answers(
  place: string,
  change: (answer: Answer, asked: Asked) => Answer | undefined,
): () => Interceptor {
  const fits = where(place);
  return () => ({ answer: (answer, asked) => (fits(asked, answer.status) ? change(answer, asked) : undefined) });
}

/** Changes some requests on their way to the server. */
export function requests(place: string, change: (asked: Asked) => Asked | Answer | undefined): () => Interceptor {
  const fits = where(place);
  return () => ({ request: (asked) => (fits(asked) ? change(asked) : undefined) });
}

/** Answers some requests without the server. */
export function instead(
  place: string,
  status: number,
  body: Json,
  headers: OutgoingHttpHeaders = {},
): () => Interceptor {
  return requests(place, () => jsonAnswer(status, body, headers));
}

export function jsonAnswer(status: number, body: Json, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { ...plainHeaders, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

const plainHeaders = { "content-type": "application/json; charset=utf-8", "x-request-id": "made-up" };

/** The JSON of a body; undefined where it is none, or is in an envelope. */
export function jsonIn({ headers, body }: Answer): Json | undefined {
  return String(headers["content-type"]).startsWith("application/json") ? parseJson(body.toString()) : undefined;
}

/** Changes a body that is a JSON object; others stay. */
export function body(change: (body: JsonObject) => Json): (answer: Answer) => Answer {
  return (answer) => {
    const json = jsonIn(answer);
    return isObject(json) ? withBody(answer, change(json)) : answer;
  };
}

export function withBody(answer: Answer, json: Json): Answer {
  return { ...answer, body: Buffer.from(JSON.stringify(json)) };
}

/** Sets fields of a body. */
export function fields(change: JsonObject): (answer: Answer) => Answer {
  return body((before) => ({ ...before, ...change }));
}

/** Leaves a field of a body out. */
export function without(name: string): (answer: Answer) => Answer {
  return body((before) => omitted(before, name));
}

/** An object without one of its fields. */
export function omitted(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([own]) => own !== name));
}

export function status(other: number): (answer: Answer) => Answer {
  return (answer) => ({ ...answer, status: other });
}

/** Sets a header; undefined leaves it out. @param name in lower case */
export function header(name: string, value: string | undefined): (answer: Answer) => Answer {
  return ({ headers, ...answer }) => {
    const { [name]: before, ...others } = headers;
    if (value === undefined && before === undefined) return { headers, ...answer };
    return { ...answer, headers: value === undefined ? others : { ...others, [name]: value } };
  };
}

/** The same request without one parameter of its query. */
export function unasked(name: string): (asked: Asked) => Asked | undefined {
  return (asked) => {
    const query = queryOf(asked);
    if (!query.has(name)) return undefined;
    query.delete(name);
    return { ...asked, url: `${pathOf(asked)}?${query}` };
  };
}

/** The same request with other headers; undefined leaves one out. */
export function withHeaders(asked: Asked, change: Readonly<Record<string, string | undefined>>): Asked {
  const headers = { ...asked.headers, ...change };
  return {
    ...asked,
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
  };
}

/** The key in a request, in whichever header it came. */
export function keyOf({ headers }: Asked): string | undefined {
  const { authorization, "x-session-api-key": other } = headers;
  return authorization?.replace(/^Bearer /i, "") ?? (typeof other === "string" ? other : undefined);
}
