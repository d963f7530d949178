import { readFile } from "node:fs/promises";
import { messageOf } from "../conformance/documents.ts";
import { isObject } from "../conformance/json.ts";
import type { Json, JsonObject } from "../conformance/json.ts";
import type { Catalogue } from "./catalogue.ts";
import { TrafficError } from "./traffic.ts";
import type { TrafficReader } from "./traffic.ts";

/**
 * Reads a HAR file: its requests, and the frames that clients have sent over its sockets (`_webSocketMessages`, which is how
 * Chromium's DevTools and Playwright record them).
 * @param host only what went to this host, `api.example:8080`; anything when undefined
 * @throws {TrafficError} when the file cannot be read or is no HAR
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export async function readHar(
  file: string,
  { catalogue, host }: { readonly catalogue: Catalogue; readonly host: string | undefined },
  reader: TrafficReader,
): Promise<void> {
  for (const [index, entry] of (await entriesOf(file)).entries()) {
    const where = `${file}, entry ${index + 1}`;
    const request = isObject(entry) ? entry["request"] : undefined;
    const url = isObject(request) && typeof request["url"] === "string" ? URL.parse(request["url"]) : null;
    if (!isObject(entry) || !isObject(request) || typeof request["method"] !== "string" || url === null) {
      reader.skipped({ where, why: "it has no request with a method and a URL" });
      continue;
    }
    if (host !== undefined && url.host !== host) continue;
    readRequest(
      { entry, method: request["method"].toUpperCase(), path: url.pathname, caller: refererOf(request) },
      catalogue,
      reader,
    );
    readFrames({ entry, path: url.pathname, caller: refererOf(request), where }, catalogue, reader);
  }
}

async function entriesOf(file: string): Promise<readonly Json[]> {
  let har: Json;
  try {
    har = JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, "")) as Json;
  } catch (error) {
    throw new TrafficError(`${file} cannot be read as a HAR: ${messageOf(error)}.`, { cause: error });
  }
  const log = isObject(har) ? har["log"] : undefined;
  const entries = isObject(log) ? log["entries"] : undefined;
  if (!Array.isArray(entries)) throw new TrafficError(`${file} is no HAR: it has no list at log.entries.`);
  return entries;
}

interface RequestEntry {
  readonly entry: JsonObject;
  readonly method: string;
  readonly path: string;
  readonly caller: string | null;
}

function readRequest({ entry, method, path, caller }: RequestEntry, catalogue: Catalogue, reader: TrafficReader): void {
  reader.seen("requests");
  const call = catalogue.operation(method, path);
  if (!call) return;
  const { response } = entry;
  const status = isObject(response) && typeof response["status"] === "number" ? response["status"] : 0;
  const at = Date.parse(textOf(entry["startedDateTime"]));
  // 0, or -1 of Playwright, where no answer came
  reader.used({ call, count: 1, at: Number.isNaN(at) ? null : at, caller, status: status > 0 ? status : null });
}

function readFrames(
  { entry, path, caller, where }: Omit<RequestEntry, "method"> & { readonly where: string },
  catalogue: Catalogue,
  reader: TrafficReader,
): void {
  const { _webSocketMessages: messages = [], response } = entry;
  const content = isObject(response) ? response["content"] : undefined;
  if (entry["_resourceType"] === "websocket" && isObject(content) && typeof content["_file"] === "string")
    reader.skipped({
      where,
      why: `the socket's frames stand in a file of their own, ${content["_file"]}; record with content: "embed"`,
    });
  if (!Array.isArray(messages)) return reader.skipped({ where, why: "_webSocketMessages is no list" });
  for (const message of messages) {
    if (!isObject(message) || message["type"] !== "send") continue;
    reader.seen("frames");
    const call = catalogue.messageIn(path, textOf(message["data"]));
    if (call) reader.used({ call, count: 1, at: momentOf(message["time"]), caller, status: null });
  }
}

/** Chromium writes seconds since 1970, Playwright milliseconds, and -1 where it does not tell. */
function momentOf(time: Json | undefined): number | null {
  if (typeof time !== "number" || time <= 0) return null;
  const isSeconds = time < 1e11; // the year 5138, or March 1973
  return isSeconds ? time * 1000 : time;
}

/** The page that made the request, without its query. Never a credential. */
function refererOf({ headers }: JsonObject): string | null {
  const header = (Array.isArray(headers) ? headers : []).find(
    (each) => isObject(each) && textOf(each["name"]).toLowerCase() === "referer",
  );
  const url = isObject(header) ? URL.parse(textOf(header["value"])) : null;
  return url && `${url.origin}${url.pathname}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
