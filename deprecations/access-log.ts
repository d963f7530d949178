import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf } from "../conformance/documents.ts";
import { isObject } from "../conformance/json.ts";
import type { Json, JsonObject } from "../conformance/json.ts";
import type { Catalogue } from "./catalogue.ts";
import { TrafficError } from "./traffic.ts";
import type { TrafficReader } from "./traffic.ts";

/**
 * Reads the log of a server, line by line: `request` lines by their method and path, `socket` lines by the counts of
 * deprecated messages that the server has taken. Other lines of the log are passed over.
 * @param file `-` for standard input
 * @throws {TrafficError} when the file cannot be read, or no line of it is one of such a log
 */
export async function readAccessLog(file: string, catalogue: Catalogue, reader: TrafficReader): Promise<void> {
  let number = 0;
  let good = 0;
  try {
    for await (const text of createInterface({ input: file === "-" ? process.stdin : createReadStream(file) })) {
      number += 1;
      if (text.trim() === "") continue;
      const why = readLine(text, catalogue, reader);
      if (why === null) good += 1;
      else reader.skipped({ where: `${file}:${number}`, why });
    }
  } catch (error) {
    throw new TrafficError(`${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  if (good === 0 && number > 0)
    throw new TrafficError(`${file} is no log of a server: none of its ${number} lines is JSON with a \`msg\`.`);
}

/** @returns what is wrong with the line; null when it could be read */
function readLine(text: string, catalogue: Catalogue, reader: TrafficReader): string | null {
  const line = parsed(text);
  if (!isObject(line)) return "it is no JSON object";
  if (typeof line["msg"] !== "string") return "it has no `msg`";
  if (line["msg"] === "request") return readRequest(line, catalogue, reader);
  return line["msg"] === "socket" ? readSocket(line, catalogue, reader) : null;
}

function readRequest(line: JsonObject, catalogue: Catalogue, reader: TrafficReader): string | null {
  const { method, path, status, user_id } = line;
  if (typeof method !== "string" || typeof path !== "string") return "a request needs `method` and `path`";
  reader.seen("requests");
  const call = catalogue.operation(method, path);
  if (call) {
    const answered = typeof status === "number" ? status : null;
    reader.used({ call, count: 1, at: momentOf(line), caller: callerOf(user_id), status: answered });
  }
  return null;
}

function readSocket(line: JsonObject, catalogue: Catalogue, reader: TrafficReader): string | null {
  const { path, deprecated = {}, user_id } = line;
  if (typeof path !== "string") return "a socket needs `path`";
  if (!isObject(deprecated)) return "`deprecated` of a socket is no object";
  reader.seen("requests");
  for (const [name, count] of Object.entries(deprecated)) {
    const call = catalogue.messageNamed(path, name);
    if (call && typeof count === "number")
      reader.used({ call, count, at: momentOf(line), caller: callerOf(user_id), status: null });
  }
  return null;
}

/** `time` of pino: milliseconds since 1970. */
function momentOf({ time }: JsonObject): number | null {
  return typeof time === "number" ? time : null;
}

function callerOf(userId: Json | undefined): string | null {
  return typeof userId === "string" ? `user ${userId}` : null;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
