import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { JsonObject } from "../../../conformance/json.ts";
import { tinyAsyncApi } from "./tiny-asyncapi.ts";
import { createTinyApi } from "./tiny-api.ts";
import type { TinyApi, TinyAnswer, TinyRequest } from "./tiny-api.ts";
import { tinyOpenApi } from "./tiny-openapi.ts";
import { serveTinySocket } from "./tiny-socket.ts";

/** What the server does otherwise than its documents say. */
export interface Lies {
  /** Changes an answer on its way out. */
  readonly answer?: (answer: TinyAnswer, request: TinyRequest) => TinyAnswer;
  /** Changes a frame on its way out: what is returned is sent instead. `live` is false until the replay is over. */
  readonly frame?: (frame: JsonObject, live: boolean) => (JsonObject | string | Buffer)[];
  /** Changes a close code; undefined leaves the connection open. */
  readonly close?: (code: number) => number | undefined;
  /** Changes the documents that are handed out. */
  readonly documents?: (openapi: JsonObject, asyncapi: JsonObject) => void;
  /** Whether the query `types` is not heeded. */
  readonly allTypes?: boolean;
  /** Whether the V1 gate is off, whatever the documents say. */
  readonly v1Off?: boolean;
}

/** A server that keeps every promise of the tiny documents, but for its lies. */
export interface TinyServer extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  readonly api: TinyApi;
}

export async function startTinyServer(lies: Lies = {}): Promise<TinyServer> {
  const key = `oh_${randomBytes(12).toString("hex")}`;
  const openapi = tinyOpenApi();
  const asyncapi = tinyAsyncApi();
  lies.documents?.(openapi, asyncapi);
  const api = createTinyApi(key, lies.v1Off !== true);

  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing);
  });
  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const document = { "/openapi.yaml": openapi, "/asyncapi.yaml": asyncapi }[incoming.url ?? ""];
    if (document) return void outgoing.end(JSON.stringify(document)); // JSON is YAML
    const request = await readRequest(incoming);
    const honest = api.handle(request);
    const { status, headers, body } = lies.answer?.(honest, request) ?? honest;
    outgoing.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  }

  const sockets = new WebSocketServer({
    server,
    maxPayload: 2000,
    verifyClient: ({ req }, decide) => decide(/^\/sockets\/events\/[^/]+$/.test(pathOf(req)), 404),
  });
  sockets.on("connection", (socket, request) => serveTinySocket(api, lies, socket, request));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    key,
    api,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pathOf({ url }: IncomingMessage): string {
  return new URL(`http://tiny.invalid${url ?? "/"}`).pathname;
}

async function readRequest(incoming: IncomingMessage): Promise<TinyRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer); // no encoding is set
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? "/", "http://tiny.invalid");
  return {
    method: incoming.method ?? "GET",
    path,
    query,
    headers: incoming.headers,
    text: Buffer.concat(chunks).toString(),
  };
}
