import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { messageOf } from "../documents.ts";

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** No answer came: refused, cut off, or nothing within the time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** Bodies from here on go through node:http, which hears an answer that comes before the body is sent. */
const largeBody = 1024 * 1024;

/**
 * Sends a request and waits for the whole answer. Redirects are not followed: they are answers like others.
 * @throws {NoAnswerError}
 */
export async function sendHttp(request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  try {
    return (request.body?.length ?? 0) < largeBody
      ? await sendByFetch(request, timeoutMs)
      : await sendPatiently(request, timeoutMs);
  } catch (error) {
    const reason =
      error instanceof Error && error.name === "TimeoutError" ? `nothing within ${timeoutMs} ms` : messageOf(error);
    throw new NoAnswerError(`${request.method} ${request.url.href} was not answered: ${reason}`, { cause: error });
  }
}

/**
 * Each request has a connection of its own. One that is kept for the next may be closed by the server at that very moment
 * (RFC 9112 §9.5): seen once in a run that waited five seconds for a rate limit, as "other side closed".
 */
async function sendByFetch(request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  const { method, headers, body } = request;
  const answer = await fetch(request.url, {
    method,
    headers: { ...headers, Connection: "close" },
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/**
 * A server may refuse a large body as soon as it has read `Content-Length`, and close (RFC 9110 §15.5.14). `fetch` then
 * reports the broken pipe and loses the answer, so the body is sent with an ear open, and a write that fails is no
 * failure as long as an answer comes.
 */
function sendPatiently({ method, url, headers, body = "" }: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const content = Buffer.from(body);
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const outgoing = send(url, {
      method,
      headers: { ...headers, "Content-Length": String(content.length), Connection: "close" },
      signal: AbortSignal.timeout(timeoutMs),
      agent: false,
    });
    outgoing.on("error", reject); // after an answer has come, this changes nothing
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("error", reject);
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: headersOf(incoming.rawHeaders),
          text: Buffer.concat(chunks).toString(),
        });
        outgoing.destroy();
      });
    });
    outgoing.flushHeaders();
    // Gives an early refusal the time to arrive before the pipe is filled.
    const timer = setTimeout(() => outgoing.end(content), 100);
    outgoing.on("close", () => clearTimeout(timer));
  });
}

/** Names and values, one after the other; each header that comes twice is kept twice. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  raw.forEach((text, index) => {
    if (index % 2 === 1) headers.append(raw[index - 1] ?? "", text);
  });
  return headers;
}
