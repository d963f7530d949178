import { request } from "node:http";
import type { Answer } from "./api.ts";

export interface RawRequest {
  readonly method: string;
  /** The request target as it goes over the wire: no URL parser has touched it. */
  readonly path: string;
  /** What the server is called by; its address when left out. */
  readonly host?: string;
  /** In order; names may repeat, and values are bytes (latin1). */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array | undefined;
  /** Whether the length of the body is left unsaid, and it comes in chunks. */
  readonly chunked?: boolean;
}

/** Sends what `fetch` would not: repeated and odd headers, targets that are no URLs, chunked bodies. */
export async function sendRaw(server: { readonly url: string }, raw: RawRequest): Promise<Answer & { text: string }> {
  const { method, path, headers = [], body = "", chunked = false } = raw;
  const { host, hostname, port } = new URL(server.url);
  // Said in any case: to headers that it is given as a list, node would add that the body is chunked.
  const framing = chunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(Buffer.byteLength(body))];
  const own = ["Host", raw.host ?? host, ...framing];
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, method, path, agent: false, headers: [...own, ...headers.flat()] }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.once("error", reject);
      res.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        const answered = new Headers(pairs(res.rawHeaders));
        const isJson = answered.get("content-type")?.startsWith("application/json");
        const body = isJson && text !== "" ? JSON.parse(text) : undefined;
        resolve({ status: res.statusCode ?? 0, headers: answered, body, text });
      });
    });
    req.once("error", reject);
    req.end(body);
  });
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);
}
