import { once } from "node:events";
import { createServer, request as requestHttp } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { WebSocket, WebSocketServer } from "ws";
import type { Answer, Asked, Connection, Fault, Frame, Interceptor } from "./fault.ts";

/** A server that keeps all promises of the one behind it but those that a fault breaks. */
export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  /** How often the fault has changed something: one that never did proves nothing about a run. */
  readonly struck: () => number;
}

/**
 * Stands between the runner and a real server and plants one fault; without one it changes nothing at all.
 * @param target the real server's URL
 */
export async function startFaultyServer(target: string, fault?: Fault): Promise<FaultyServer> {
  const interceptor: Interceptor = fault?.plant() ?? {};
  let strikes = 0;
  const changed = <Value>(before: Value, after: Value): Value => {
    if (before !== after) strikes += 1;
    return after;
  };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
  server.on("upgrade", (incoming, stream, head) => relay(incoming, stream, head));

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = await read(incoming);
    const sent = changed(asked, (await interceptor.request?.(asked, forward)) ?? asked);
    const came = "status" in sent ? sent : await forward(sent);
    const { status, headers, body } = changed(came, (await interceptor.answer?.(came, asked, forward)) ?? came);
    outgoing.writeHead(status, lengthOf(headers, body));
    outgoing.end(asked.method === "HEAD" ? undefined : body);
  }

  async function forward({ method, url, headers, body }: Asked): Promise<Answer> {
    const outgoing = requestHttp(new URL(url, target), { method, headers });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    return { status: incoming.statusCode ?? 0, headers: { ...incoming.headers }, body: await buffer(incoming) };
  }

  function relay(incoming: IncomingMessage, stream: Duplex, head: Buffer): void {
    const before: Asked = { ...requestOf(incoming), body: Buffer.alloc(0) };
    const asked = changed(before, interceptor.handshake?.(before) ?? before);
    if ("status" in asked) return refuse(stream, asked);
    sockets.handleUpgrade(incoming, stream, head, (client) => connect(client, asked));
  }

  function connect(client: WebSocket, { url, headers }: Asked): void {
    const behind = new WebSocket(new URL(url, target.replace(/^http/, "ws")), { headers: credentialsIn(headers) });
    const connection: Connection = {
      url,
      toClient: (frame) => client.readyState === WebSocket.OPEN && client.send(frame),
      close: (code) => client.close(code),
      memory: new Map(),
    };
    const waiting: Frame[] = [];
    const toServer = (frame: Frame): void => {
      if (behind.readyState === WebSocket.CONNECTING) waiting.push(frame);
      else if (behind.readyState === WebSocket.OPEN) behind.send(frame);
    };
    behind.on("open", () => waiting.forEach(toServer));
    behind.on("message", (data, isBinary) => {
      const frame = frameOf(data as Buffer, isBinary);
      const frames = interceptor.frame?.(frame, connection);
      if (frames) strikes += 1;
      for (const each of frames ?? [frame]) connection.toClient(each);
    });
    client.on("message", (data, isBinary) => {
      const frame = frameOf(data as Buffer, isBinary);
      const frames = interceptor.message?.(frame, connection);
      if (frames) strikes += 1;
      for (const each of frames ?? [frame]) toServer(each);
    });
    behind.on("close", (code, reason) => {
      const other = changed(code, interceptor.closing?.(code) ?? code);
      if (sendable(other)) client.close(other, reason);
      else client.terminate();
    });
    client.on("close", (code, reason) => (sendable(code) ? behind.close(code, reason) : behind.terminate()));
    for (const end of [client, behind]) end.on("error", () => end.terminate()); // a close follows
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    struck: () => strikes,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function requestOf({ method = "GET", url = "/", headers }: IncomingMessage): Omit<Asked, "body"> {
  return { method, url, headers: { ...headers } };
}

/** Read wholly: a body larger than the server takes is answered without having been read, which a proxy may not rely on. */
async function read(incoming: IncomingMessage): Promise<Asked> {
  const { "transfer-encoding": _, ...headers } = incoming.headers;
  const body = await buffer(incoming);
  return { ...requestOf(incoming), headers: { ...headers, "content-length": String(body.length) }, body };
}

/** The answer's headers, with the length that its body has now. */
function lengthOf(headers: Answer["headers"], body: Buffer): Answer["headers"] {
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...rest } = headers;
  return { ...rest, "content-length": String(body.length) };
}

/** What a handshake says about who makes it; the rest of its headers belongs to one connection. */
function credentialsIn(headers: Asked["headers"]): Record<string, string> {
  const kept = ["authorization", "x-session-api-key", "cookie", "origin"];
  return Object.fromEntries(
    kept.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]] as const] : [])),
  );
}

function refuse(stream: Duplex, { status, body }: Answer): void {
  stream.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${String(body)}`,
  );
}

function frameOf(data: Buffer, isBinary: boolean): Frame {
  return isBinary ? data : data.toString();
}

/** RFC 6455 §7.4: 1005 and 1006 say that there was no code, and are never sent. */
function sendable(code: number): boolean {
  return (code >= 1000 && code < 1004) || (code >= 1007 && code < 1015) || code >= 3000;
}
