// What must and what must not compile. Checked by tsc; never run.
import { WebSocket } from "ws";
import { connect, createClient, isApiError } from "../../client/index.ts";
import ApiKeysClient from "../../client/api-keys.ts";
import { useConversation, useWebSocket } from "../../client/react/index.ts";
import type {
  ApiError,
  ConversationInfo,
  ConversationPage,
  CreatedApiKey,
  ErrorCodeOf,
  Event,
  EventId,
  Fetch,
  OperationName,
  RequestOf,
  ResponseOf,
  RunObservation,
  ServerFrame,
  SocketError,
  SocketState,
} from "../../client/index.ts";

type Equal<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;

/** Compiles when the type argument is `true`. */
declare function check<_Type extends true>(): void;

const client = createClient({ baseUrl: "http://127.0.0.1:3000", apiKey: process.env.OPENHANDS_API_KEY });
const conversation_id = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";
declare const error: unknown;
declare const maybe: number | undefined;
declare const types: readonly ["run"];

export async function calls(): Promise<void> {
  // Where nothing is required, there may be no argument, or one with some of the fields.
  check<Equal<Awaited<ReturnType<typeof client.options.models>>, string[]>>();
  await client.options.models();
  await client.options.models({}, { signal: AbortSignal.timeout(1) });
  await client.conversations.list({ limit: maybe });
  await client.conversations.start({ conversation_id });
  await client.events.search({ conversation_id, types, limit: 20 });
  check<Equal<Awaited<ReturnType<typeof client.files.zip>>, Blob>>();
  const files = [{ name: "a", content: new Uint8Array() }];
  await client.files.upload({ conversation_id, body: { files } });
  // @ts-expect-error -- a file needs a name
  await client.files.upload({ conversation_id, body: { files: [{ content: "b" }] } });
  // @ts-expect-error -- an upload needs files
  await client.files.upload({ conversation_id });
  // @ts-expect-error -- there are no parameters
  await client.options.models({ limit: 1 });
  // @ts-expect-error -- an unknown parameter
  await client.conversations.list({ limits: 1 });
  // @ts-expect-error -- a parameter of another type
  await client.conversations.list({ limit: "1" });
  // @ts-expect-error -- a list with an entry that does not exist
  await client.events.search({ conversation_id, types: ["runs"] });

  // Where something is required, it must be there.
  await client.conversations.create({ body: { initial_user_msg: "Hi" } });
  // @ts-expect-error -- the request is missing
  await client.conversations.get();
  // @ts-expect-error -- the path parameter is missing
  await client.conversations.get({});
  // @ts-expect-error -- the body is missing
  await client.events.message({ conversation_id });
  // @ts-expect-error -- an unknown field in the body
  await client.conversations.create({ body: { initial_user_message: "Hi" } });
  // @ts-expect-error -- a field of the body beside it
  await client.conversations.create({ initial_user_msg: "Hi" });
  // @ts-expect-error -- an unknown operation
  await client.conversations.destroy({ conversation_id });
  // @ts-expect-error -- an unknown option
  await client.conversations.get({ conversation_id }, { timeout: 1 });

  // Pages: one is awaited, all of their items are iterated over.
  check<Equal<Awaited<ReturnType<typeof client.conversations.list>>, ConversationPage>>();
  for await (const item of client.conversations.list()) check<Equal<typeof item, ConversationInfo>>();
  for await (const event of client.events.search({ conversation_id })) check<Equal<typeof event, Event>>();
  // @ts-expect-error -- this comes in one piece
  const models: AsyncIterable<string> = client.options.models();
  void models;

  // Answers.
  const conversation = await client.conversations.get({ conversation_id });
  check<Equal<typeof conversation, ConversationInfo>>();
  // @ts-expect-error -- the answer has no such field
  void conversation.name;
  // @ts-expect-error -- the title is a string
  const title: number = conversation.title;
  void title;
}

export function events(event: Event): void {
  if ("observation" in event && event.observation === "run") check<Equal<typeof event, RunObservation>>();
  // @ts-expect-error -- there is no such action
  if ("action" in event && event.action === "runs") return;
}

export function errors(): void {
  if (isApiError(error)) {
    // A code that this client does not list may come, and known ones are still told apart.
    const code: string = error.code;
    void code;
    void error.status.toFixed();
  }
  if (isApiError(error, "conversation_not_found", "rate_limited")) {
    check<Equal<typeof error, ApiError<"conversation_not_found" | "rate_limited">>>();
    check<Equal<typeof error.code, "conversation_not_found" | "rate_limited">>();
  }
  // @ts-expect-error -- no operation fails with this code
  isApiError(error, "conversation_missing");

  check<Equal<ErrorCodeOf<"health.readiness">, "validation_failed" | "internal_error" | "not_ready">>();
  const code: ErrorCodeOf<"conversations.get"> = "conversation_not_found";
  void code;
  // @ts-expect-error -- not a code of this operation
  const other: ErrorCodeOf<"conversations.get"> = "repository_unavailable";
  void other;
  // @ts-expect-error -- there is no such operation
  const name: OperationName = "conversations.destroy";
  void name;
  check<Equal<ResponseOf<"conversations.get">, ConversationInfo>>();
  check<Equal<RequestOf<"conversations.get">, { conversation_id: string }>>();
}

export async function sockets(): Promise<void> {
  const socket = connect({ baseUrl: "http://127.0.0.1:3000", conversationId: conversation_id, types });
  // The WebSocket of ws and the global one both fit.
  connect({ baseUrl: "http://127.0.0.1:3000", conversationId: conversation_id, WebSocket });
  connect({ baseUrl: "http://127.0.0.1:3000", conversationId: conversation_id, WebSocket: globalThis.WebSocket });
  // @ts-expect-error -- the conversation is missing
  connect({ baseUrl: "http://127.0.0.1:3000" });
  // @ts-expect-error -- no such type of event
  connect({ baseUrl: "http://127.0.0.1:3000", conversationId: conversation_id, types: ["runs"] });

  const answer = await socket.send({ action: "run", args: { command: "ls" } });
  check<Equal<typeof answer, { event_id: EventId }>>();
  // @ts-expect-error -- the command is missing
  await socket.send({ action: "run", args: {} });
  // @ts-expect-error -- a client cannot send this action
  await socket.send({ action: "system", args: { content: "" } });
  // @ts-expect-error -- it counts by itself
  socket.latestEventId = 7;
  socket.onEvent((event) => check<Equal<typeof event, Event>>())();
  socket.onMessage((frame) => check<Equal<typeof frame, ServerFrame>>())();
  socket.onStateChange((state, cause) => {
    check<Equal<typeof state, SocketState>>();
    check<Equal<typeof cause, SocketError | undefined>>();
    // @ts-expect-error -- no such state
    if (state === "lost") return;
  });

  for await (const frame of socket.messages) {
    check<Equal<typeof frame, ServerFrame>>();
    if (frame.type === "status" && frame.status === "ack") void frame.event_id.toFixed();
    // @ts-expect-error -- only some statuses have an event id
    if (frame.type === "status") void frame.event_id;
  }
  for await (const event of socket.events) check<Equal<typeof event, Event>>();
}

export async function apiKeys(): Promise<void> {
  check<Equal<Awaited<ReturnType<typeof ApiKeysClient.createApiKey>>, CreatedApiKey>>();
  const { key } = await ApiKeysClient.createApiKey("mine");
  void key.length;
  // @ts-expect-error -- the name is missing
  await ApiKeysClient.createApiKey();
  const [first] = await ApiKeysClient.getApiKeys();
  // @ts-expect-error -- the key itself is never shown again
  void first?.key;
  // @ts-expect-error -- the client cannot be configured without a server
  ApiKeysClient.configure({ apiKey: key });
}

export function useHooks(): void {
  const text = useWebSocket("ws://127.0.0.1:3000/sockets/events/a", {
    queryParams: { latest_event_id: 7, batch: true, session_api_key: undefined },
    reconnect: { enabled: true, maxAttempts: 3 },
    onMessage: ({ data }) => void data,
  });
  check<Equal<typeof text.messages, readonly string[]>>();
  check<Equal<typeof text.lastMessage, string | null>>();
  check<Equal<typeof text.attemptCount, number>>();
  check<Equal<typeof text.error, Error | null>>();
  text.sendMessage(JSON.stringify({ message: "Hi" }));
  // @ts-expect-error -- an object is no frame
  text.sendMessage({ message: "Hi" });
  // @ts-expect-error -- the list is the hook's own
  text.messages.push("Hi");
  // @ts-expect-error -- an unknown option
  useWebSocket("ws://127.0.0.1:3000", { reconnects: true });

  const binary = useWebSocket<Blob>("ws://127.0.0.1:3000");
  check<Equal<typeof binary.lastMessage, Blob | null>>();

  const conversation = useConversation(conversation_id);
  check<Equal<typeof conversation.events, readonly Event[]>>();
  check<Equal<typeof conversation.state, SocketState>>();
  void conversation.send({ action: "message", args: { content: "Hi" } }, { signal: AbortSignal.timeout(1) });
  // @ts-expect-error -- the command is missing
  void conversation.send({ action: "run", args: {} });
  // @ts-expect-error -- the conversation is named once
  useConversation(conversation_id, { conversationId: conversation_id });
}

// The global fetch is a `Fetch`.
export const globalFetch: Fetch = fetch;
