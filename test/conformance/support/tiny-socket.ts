import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { isObject, parseJson } from "../../../conformance/json.ts";
import type { Json, JsonObject } from "../../../conformance/json.ts";
import { eventIn, textOf } from "./event.ts";
import { append, permitted } from "./tiny-api.ts";
import type { TinyApi, TinyConversation } from "./tiny-api.ts";
import type { Lies } from "./tiny-server.ts";

/** Serves one connection: refuses it with a close code, or replays, then goes on live. */
export function serveTinySocket(api: TinyApi, lies: Lies, socket: WebSocket, request: IncomingMessage): void {
  const url = new URL(request.url ?? "/", "http://tiny.invalid");
  const conversation = api.conversations.get(url.pathname.split("/").at(-1) ?? "");
  let live = false;

  const close = (code: number): void => {
    const told = lies.close ? lies.close(code) : code;
    if (told !== undefined) socket.close(told);
  };
  const send = (frame: JsonObject): void => {
    for (const told of lies.frame?.(frame, live) ?? [frame])
      socket.send(typeof told === "string" || Buffer.isBuffer(told) ? told : JSON.stringify(told));
  };

  socket.on("error", () => {}); // a frame that is too large: ws closes with 1009
  const refusal = refusalOf(api, request, url, conversation);
  if (refusal !== undefined || !conversation) return close(refusal ?? 4404);

  const wanted = lies.allTypes ? undefined : url.searchParams.get("types")?.split(",");
  const after = Number(url.searchParams.get("latest_event_id") ?? -1);
  const isWanted = (frame: JsonObject): boolean => wanted === undefined || wanted.includes(typeOf(frame));
  conversation.log
    .slice(after + 1)
    .filter(isWanted)
    .forEach(send);
  send({ type: "status", status: "replay_complete", latest_event_id: conversation.log.length - 1 });
  live = true;

  const listener = (frame: JsonObject | "gone"): void => {
    if (frame === "gone") close(4404);
    else if (frame["type"] === "status" || isWanted(frame)) send(frame);
  };
  conversation.listeners.add(listener);
  socket.on("close", () => conversation.listeners.delete(listener));
  // A Buffer, since binaryType is as ws sets it.
  socket.on("message", (data, binary) => answer(conversation, (data as Buffer).toString(), binary, send));
}

function refusalOf(
  api: TinyApi,
  { headers }: IncomingMessage,
  url: URL,
  conversation: TinyConversation | undefined,
): number | undefined {
  const who = api.identify(headers, url.searchParams.get("session_api_key"));
  if (who === "nobody" || who === "invalid") return 4401;
  if (who === "cookie" && !permitted(headers.origin)) return 4403;
  if (!/^-?\d+$/.test(url.searchParams.get("latest_event_id") ?? "0")) return 4400;
  return conversation ? undefined : 4404;
}

function answer(
  conversation: TinyConversation,
  text: string,
  binary: boolean,
  send: (frame: JsonObject) => void,
): void {
  const message = parseJson(text);
  const requestId = isObject(message) ? (message["request_id"] ?? null) : null;
  const refuse = (code: string): void =>
    send({ type: "status", status: "error", request_id: requestId, code, message: "No." });
  if (binary) return refuse("unsupported_media_type");
  if (message === undefined) return refuse("malformed_json");
  const action = actionOf(message);
  if (!action) return refuse("validation_failed");
  if (conversation.status !== "RUNNING") return refuse("conversation_not_running");
  if (isObject(message) && message["type"] === "oh_action")
    send({ type: "status", status: "deprecated", request_id: requestId, replacement: "oh_user_action" });
  send({ type: "status", status: "ack", request_id: requestId, event_id: append(conversation, action) });
}

function actionOf(message: Json): JsonObject | undefined {
  if (!isObject(message)) return undefined;
  if (typeof message["message"] === "string") return { action: "message", args: { content: message["message"] } };
  const { type, data } = message;
  if (type !== "oh_user_action" && type !== "oh_action") return undefined;
  return isObject(data) && typeof data["action"] === "string" && isObject(data["args"]) ? data : undefined;
}

/** `{"type":"action","action":{"action":"run"}}` is a `run`. */
function typeOf(frame: JsonObject): string {
  return textOf(eventIn(frame)[textOf(frame["type"])]);
}
