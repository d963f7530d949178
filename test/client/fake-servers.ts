import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

/** A request as a fake server saw it. */
export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers a request; the count of those before it tells a first try from a retry. */
export type Answerer = (response: ServerResponse, request: SeenRequest, before: number) => void;

/** An HTTP server for one test, on a port of its own. */
export async function startHttp(t: TestContext, answer: Answerer): Promise<{ url: string; requests: SeenRequest[] }> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { method, url, headers } = request;
      const seen = { method, url, headers, body: body.toString() };
      requests.push(seen);
      return answer(response, seen, requests.length - 1);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, requests };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Answers with an error body of the contract's form. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  more: { headers?: Readonly<Record<string, string>>; details?: unknown } = {},
): void {
  const { headers = {}, ...fields } = more;
  sendJson(response, status, { success: false, error: `It is ${code}.`, code, request_id: "r-1", ...fields }, headers);
}

/** A socket as a fake server sees it: the URL it came with, and the frames it has received. */
export interface SeenSocket {
  readonly url: string | undefined;
  readonly socket: WebSocket;
  /** Sends a frame: text as it is, everything else as JSON. */
  readonly send: (frame: unknown) => void;
}

/** A WebSocket server for one test, on a port of its own. */
export async function startSocket(
  t: TestContext,
  greet: (seen: SeenSocket) => void,
): Promise<{ url: string; urls: string[] }> {
  const urls: string[] = [];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket, { url = "" }) => {
    urls.push(url);
    const send = (frame: unknown) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    greet({ url, socket, send });
  });
  await once(server, "listening");
  t.after(() => {
    server.clients.forEach((client) => client.terminate());
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, urls };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen on a port.");
  return address.port;
}
