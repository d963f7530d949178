import { isObject, parseJson, textOf } from "../../../conformance/json.ts";
import type { JsonObject } from "../../../conformance/json.ts";
import { fault, omitted, queryOf, withHeaders } from "./fault.ts";
import type { Connection, Fault, Frame, Interceptor } from "./fault.ts";

const about = "events";

type Change = (frame: JsonObject, connection: Connection) => (JsonObject | Frame)[] | undefined;

/** Changes the server's frames of one kind: `action`, `observation`, or the name of a status. */
function frames(kind: string, change: Change): () => Interceptor {
  return () => ({
    frame(frame, connection) {
      const json = objectIn(frame);
      if (!json || (kind !== "*" && json["type"] !== kind && json["status"] !== kind)) return undefined;
      return change(json, connection)?.map(frameOf);
    },
  });
}

/** The same for what is live: what comes after `replay_complete`. */
function live(kind: string, change: Change): () => Interceptor {
  return () => ({
    frame(frame, connection) {
      const json = objectIn(frame);
      if (!json) return undefined;
      if (json["status"] === "replay_complete") connection.memory.set("live", true);
      if (!connection.memory.has("live") || (json["type"] !== kind && json["status"] !== kind)) return undefined;
      return change(json, connection)?.map(frameOf);
    },
  });
}

/** The same for the first of a connection alone. */
function once(kind: string, change: Change): () => Interceptor {
  return frames(kind, (frame, connection) => {
    if (connection.memory.has("done")) return undefined;
    connection.memory.set("done", true);
    return change(frame, connection);
  });
}

/** Changes the client's frames. */
function messages(
  change: (json: JsonObject | undefined, text: string, connection: Connection) => Frame[] | undefined,
): () => Interceptor {
  return () => ({ message: (frame, connection) => change(objectIn(frame), String(frame), connection) });
}

function unasked(name: string): () => Interceptor {
  return () => ({
    handshake(asked) {
      const query = queryOf(asked);
      if (!query.has(name)) return undefined;
      query.delete(name);
      return { ...asked, url: `${asked.url.split("?")[0]}?${query}` };
    },
  });
}

const closes = (from: number, to: number) => (): Interceptor => ({ closing: (code) => (code === from ? to : code) });

/** Everybody is let in, as whoever came first with a key. */
function anyone(): Interceptor {
  let owner: string | undefined;
  return {
    handshake(asked) {
      const own = asked.headers.authorization;
      if (own !== undefined) owner ??= own;
      const nobody =
        own === undefined &&
        asked.headers.cookie === undefined &&
        asked.headers["x-session-api-key"] === undefined &&
        !queryOf(asked).has("session_api_key");
      return nobody && owner !== undefined ? withHeaders(asked, { authorization: owner }) : undefined;
    },
  };
}

/** Whoever asks is let in, as whoever came first. */
function impostor(): Interceptor {
  let owner: string | undefined;
  return {
    handshake(asked) {
      owner ??= asked.headers.authorization;
      return owner !== undefined && asked.headers.authorization !== undefined && asked.headers.authorization !== owner
        ? withHeaders(asked, { authorization: owner })
        : undefined;
    },
  };
}

/** Each frame goes to every connection, whichever conversation it is of. */
function leaking(): Interceptor {
  const connections = new Set<Connection>();
  return {
    frame(frame, connection) {
      connections.add(connection);
      const json = objectIn(frame);
      if (json?.["type"] !== "action" && json?.["type"] !== "observation") return undefined;
      for (const other of connections) if (pathOf(other.url) !== pathOf(connection.url)) other.toClient(frame);
      return undefined;
    },
  };
}

function pathOf(url: string): string {
  return url.split("?")[0] ?? "";
}

export const socketFaults: readonly Fault[] = [
  fault(
    "a frame that is not documented",
    about,
    once("replay_complete", (frame) => [frame, { type: "status", status: "surprise" }]),
  ),
  fault(
    "a frame with a field too many",
    about,
    frames("ack", (frame) => [{ ...frame, at: 1 }]),
  ),
  fault(
    "a frame without a field",
    about,
    frames("replay_complete", (frame) => [omitted(frame, "latest_event_id")]),
  ),
  fault(
    "a frame that is no JSON",
    about,
    once("replay_complete", (frame) => ["hello", frame]),
  ),
  fault(
    "a binary frame",
    about,
    once("replay_complete", (frame) => [Buffer.from(JSON.stringify(frame))]),
  ),
  fault(
    "events as binary frames",
    about,
    frames("observation", (frame) => [Buffer.from(JSON.stringify(frame))]),
  ),
  fault(
    "an array that nobody asked for",
    about,
    once("replay_complete", (frame) => [JSON.stringify([frame])]),
  ),
  fault(
    "an event without the frame around it",
    about,
    frames("observation", (frame) => [eventIn(frame)]),
  ),
  fault(
    "an action that is called an observation",
    about,
    frames("action", (frame) => [{ type: "observation", observation: eventIn(frame) }]),
  ),
  fault(
    "an event that does not fit its type",
    about,
    frames("observation", (frame) => [{ ...frame, observation: { ...eventIn(frame), extras: 5 } }]),
  ),
  fault(
    "no acknowledgement",
    about,
    frames("ack", () => []),
  ),
  fault(
    "two acknowledgements",
    about,
    frames("ack", (frame) => [frame, frame]),
  ),
  fault(
    "an acknowledgement of another message",
    about,
    frames("ack", (frame) => [{ ...frame, request_id: "another" }]),
  ),
  fault(
    "an acknowledgement without a request id",
    about,
    frames("ack", (frame) => [{ ...frame, request_id: null }]),
  ),
  fault(
    "an acknowledgement of an event that never comes",
    about,
    frames("ack", (frame) => [{ ...frame, event_id: 999_999 }]),
  ),
  fault(
    "an acknowledgement of another event",
    about,
    frames("ack", (frame) => [{ ...frame, event_id: 0 }]),
  ),
  fault(
    "an event that comes twice",
    about,
    live("observation", (frame) => [frame, frame]),
  ),
  fault(
    "a past event that comes twice",
    about,
    once("observation", (frame) => [frame, frame]),
  ),
  fault(
    "a gap",
    about,
    frames("observation", (frame) => (eventIn(frame)["id"] === 1 ? [] : undefined)),
  ),
  fault("a gap at the seam", about, seamless()),
  fault("the past in another order", about, swapped("replay")),
  fault("live events in another order", about, swapped("live")),
  fault(
    "no replay_complete",
    about,
    frames("replay_complete", () => []),
  ),
  fault(
    "replay_complete twice",
    about,
    frames("replay_complete", (frame) => [frame, frame]),
  ),
  fault("replay_complete before the past", about, () => ({
    frame: (frame, { memory }) => {
      if (memory.has("first")) return undefined;
      memory.set("first", true);
      return [JSON.stringify({ type: "status", status: "replay_complete", latest_event_id: -1 }), frame];
    },
  })),
  fault(
    "replay_complete with another id",
    about,
    frames("replay_complete", (frame) => [{ ...frame, latest_event_id: 12345 }]),
  ),
  fault(
    "a text that is another one after a reconnect",
    about,
    frames("action", (frame) => [{ ...frame, action: { ...eventIn(frame), message: String(Math.random()) } }]),
  ),
  fault(
    "an event that is not the one of REST",
    about,
    frames("observation", (frame) => [{ ...frame, observation: { ...eventIn(frame), content: "elsewhere" } }]),
  ),
  fault("latest_event_id is ignored", about, unasked("latest_event_id")),
  fault("types are ignored", about, unasked("types")),
  fault("batch is ignored", about, unasked("batch")),
  fault("a key in the query is ignored", about, unasked("session_api_key")),
  fault("a bad parameter is ignored", about, () => ({
    handshake: (asked) =>
      /latest_event_id=(-[2-9]|[^-\d])/.test(asked.url) ? { ...asked, url: pathOf(asked.url) } : undefined,
  })),
  fault(
    "an empty frame ends the connection",
    about,
    messages((json, _, connection) => (json ? undefined : closing(connection))),
  ),
  fault(
    "a message that does not fit ends the connection",
    about,
    messages((json, _, connection) => (json && !known(json) ? closing(connection) : undefined)),
  ),
  fault(
    "a message that does not fit is not answered",
    about,
    messages((json) => (json && !known(json) ? [] : undefined)),
  ),
  fault(
    "a frame that is no JSON is not answered",
    about,
    messages((json) => (json ? undefined : [])),
  ),
  fault(
    "a refusal with a code that is not documented",
    about,
    frames("error", (frame) => [{ ...frame, code: "surprise" }]),
  ),
  fault(
    "a refusal with the code of another mistake",
    about,
    frames("error", (frame) => [
      { ...frame, code: frame["code"] === "malformed_json" ? "validation_failed" : "malformed_json" },
    ]),
  ),
  fault(
    "a refusal that names another message",
    about,
    frames("error", (frame) => [{ ...frame, request_id: "another" }]),
  ),
  fault(
    "a refusal that names no message",
    about,
    frames("error", (frame) => [{ ...frame, request_id: null }]),
  ),
  fault(
    "an acknowledgement for what is refused",
    about,
    frames("error", (frame) => [
      { type: "status", status: "ack", request_id: frame["request_id"] ?? null, event_id: 0 },
    ]),
  ),
  fault(
    "no warning of a deprecated message",
    about,
    frames("deprecated", () => []),
  ),
  fault(
    "a warning without the replacement",
    about,
    frames("deprecated", (frame) => [omitted(frame, "replacement")]),
  ),
  fault(
    "the deprecated message is not understood any more",
    about,
    messages((json) => (json?.["type"] === "oh_action" ? [JSON.stringify({ ...json, type: "surprise" })] : undefined)),
  ),
  fault(
    "the shorthand is not understood",
    about,
    messages((json) => (json && "message" in json ? [JSON.stringify({ text: json["message"] })] : undefined)),
  ),
  fault(
    "a message that is acknowledged and lost",
    about,
    messages((json, _, connection) => {
      if (!json || !("request_id" in json) || json["type"] !== "oh_user_action") return undefined;
      connection.toClient(
        JSON.stringify({ type: "status", status: "ack", request_id: json["request_id"] ?? null, event_id: 1 }),
      );
      return [];
    }),
  ),
  fault(
    "a message that is carried out twice",
    about,
    messages((json, text) =>
      json?.["type"] === "oh_user_action"
        ? [text, JSON.stringify({ ...json, request_id: `${textOf(json["request_id"] ?? "")}-again` })]
        : undefined,
    ),
  ),
  fault(
    "a message of REST does not come",
    about,
    live("action", (frame) => (eventIn(frame)["source"] === "user" && !("cause" in eventIn(frame)) ? [] : undefined)),
  ),
  fault("events of another conversation", about, leaking),
  fault("nobody is asked who they are", about, anyone),
  fault("another user's conversation is open", about, impostor),
  fault(
    "a key for reading may speak",
    about,
    frames("error", (frame) =>
      frame["code"] === "scope_insufficient"
        ? [{ type: "status", status: "ack", request_id: frame["request_id"] ?? null, event_id: 0 }]
        : undefined,
    ),
  ),
  fault("close 4400 instead of 4404", about, closes(4404, 4400)),
  fault("close 1000 instead of 4400", about, closes(4400, 1000)),
  fault("close 1008 instead of 4401", about, closes(4401, 1008)),
  fault("close 1006 instead of 4403", about, closes(4403, 1006)),
  fault("a frame that is too large ends with another code", about, closes(1009, 1002)),
  fault("a refusal before the handshake is complete", about, () => ({
    handshake: (asked) =>
      asked.headers.authorization === undefined &&
      asked.headers.cookie === undefined &&
      asked.headers["x-session-api-key"] === undefined &&
      !queryOf(asked).has("session_api_key")
        ? { status: 401, headers: {}, body: Buffer.from("no") }
        : undefined,
  })),
  fault("the socket answers with the page", about, () => ({
    handshake: () => ({ status: 404, headers: {}, body: Buffer.from("<!doctype html>") }),
  })),
  fault("a deleted conversation keeps its sockets", about, () => ({
    closing: (code) => (code === 4404 ? 1000 : code),
  })),
];

/** Two neighbours change places. */
function swapped(when: "replay" | "live"): () => Interceptor {
  return () => ({
    frame(frame, { memory }) {
      const json = objectIn(frame);
      if (!json) return undefined;
      if (json["status"] === "replay_complete") memory.set("live", true);
      const isEvent = json["type"] === "action" || json["type"] === "observation";
      const held = memory.get("held") as Frame | undefined;
      if (held !== undefined) {
        memory.delete("held");
        memory.set("done", true);
        return [frame, held];
      }
      if (!isEvent || memory.has("done") || (when === "live") !== memory.has("live")) return undefined;
      memory.set("held", frame);
      return [];
    },
  });
}

/** The first live event of each connection is lost. */
function seamless(): () => Interceptor {
  return live("action", (_frame, { memory }) => {
    if (memory.has("lost")) return undefined;
    memory.set("lost", true);
    return [];
  });
}

function closing(connection: Connection): Frame[] {
  connection.close(1000);
  return [];
}

function known(json: JsonObject): boolean {
  return (
    "message" in json ||
    (["oh_user_action", "oh_action"].includes(textOf(json["type"] ?? "")) &&
      isObject(json["data"]) &&
      typeof json["data"]["action"] === "string")
  );
}

function objectIn(frame: Frame): JsonObject | undefined {
  const json = typeof frame === "string" ? parseJson(frame) : undefined;
  return isObject(json) ? json : undefined;
}

function eventIn(frame: JsonObject): JsonObject {
  const event = frame["action"] ?? frame["observation"];
  return isObject(event) ? event : {};
}

function frameOf(frame: JsonObject | Frame): Frame {
  return typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame);
}
