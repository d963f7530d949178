import { WebSocket } from "ws";
import type { Answer, Call } from "./api.ts";
import { until } from "./api.ts";

/** What an ordinary client of V1 knows of a conversation. */
export interface V1Conversation {
  readonly id: string;
  /** Where its socket and its operations are, and the key for them. */
  readonly url: string;
  readonly key: string;
}

/** Starts a conversation as clients of V1 do: asks for it, waits for its task, and then for where it is. */
export async function startV1(call: Call, request: object = {}): Promise<V1Conversation> {
  const started = await call("POST", "/api/v1/app-conversations", { body: request });
  if (started.status !== 200) throw new Error(`starting gave ${started.status}: ${JSON.stringify(started.body)}`);
  let task: Answer["body"] = started.body;
  await until(async () => {
    const { body } = await call("GET", `/api/v1/app-conversations/start-tasks?ids=${task.id}`);
    task = body[0];
    return task.status === "READY" || task.status === "ERROR";
  });
  if (task.status === "ERROR") throw new Error(`the start failed: ${task.detail}`);
  const { body } = await call("GET", `/api/v1/app-conversations?ids=${task.app_conversation_id}`);
  const [conversation] = body;
  return { id: conversation.id, url: new URL(conversation.conversation_url).origin, key: conversation.session_api_key };
}

/** A frame as a client of V1 reads it. Tests look at whatever the server sent. */
// oxlint-disable-next-line typescript/no-explicit-any
export type V1Frame = any;

/** A client of V1 that shows a conversation: it uses what has an id, a time and a source, and tells kinds apart. */
export interface V1Client {
  /** What came so far, in order. */
  readonly frames: V1Frame[];
  /** The first frame from `start` on that fits. @throws after half a minute, or when the socket closes first */
  next(fits: (frame: V1Frame) => boolean, start?: number): Promise<V1Frame>;
  /** The first frame that says that the agent has this status, from `start` on. */
  status(value: string, start?: number): Promise<V1Frame>;
  say(content: unknown): void;
  sendRaw(data: string | Buffer): void;
  close(): Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Connects as a browser does: with the key in the query. */
export function connectV1({ url, id, key }: V1Conversation, query = "resend_all=true"): V1Client {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/sockets/events/${id}?${query}&session_api_key=${key}`);
  const frames: V1Frame[] = [];
  let ended: string | undefined;
  socket.on("message", (data) => frames.push(JSON.parse((data as Buffer).toString())));
  socket.on("error", () => {}); // a close follows
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => {
      ended = `closed with ${code} ${String(reason)}`;
      resolve({ code, reason: String(reason) });
    }),
  );
  const whenOpen = (work: () => void) => (socket.readyState === socket.OPEN ? work() : socket.once("open", work));
  const client: V1Client = {
    frames,
    closed,
    async next(fits, start = 0) {
      const find = () => frames.slice(start).find((frame) => isUsable(frame) && fits(frame));
      await until(() => find() !== undefined || ended !== undefined);
      const found = find();
      if (found === undefined) throw new Error(`${ended}; came: ${JSON.stringify(frames)}`);
      return found;
    },
    status: (value, start) =>
      client.next(({ key: part, value: now }) => part === "execution_status" && now === value, start),
    say: (content) => whenOpen(() => socket.send(JSON.stringify({ role: "user", content }))),
    sendRaw: (data) => whenOpen(() => socket.send(data)),
    async close() {
      socket.close();
      await closed;
    },
  };
  return client;
}

function isUsable({ id, timestamp, source }: V1Frame): boolean {
  return (
    [id, timestamp].every((text) => typeof text === "string" && text !== "") &&
    ["agent", "user", "environment"].includes(source)
  );
}
