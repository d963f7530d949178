// What an application would write without our client: openapi-fetch and partysocket, for the comparison of `npm run size`.
// Neither retries a call, turns pages, sends an Idempotency-Key, times out, throws typed errors, resumes from the last event,
// keeps what was sent until it is acknowledged, or shares a connection.
import createFetchClient from "openapi-fetch";
import ReconnectingWebSocket from "partysocket/ws";

export interface Options {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** The two calls that it makes. openapi-typescript would write them, and all others, from openapi.yaml. */
interface Paths {
  "/api/conversations/{conversation_id}": {
    get: {
      parameters: { path: { conversation_id: string } };
      responses: { 200: { content: { "application/json": Conversation } } };
    };
  };
  "/api/conversations": {
    post: {
      requestBody: { content: { "application/json": { initial_user_msg?: string } } };
      responses: { 200: { content: { "application/json": Conversation } } };
    };
  };
}

interface Conversation {
  readonly conversation_id: string;
}

export function createClient({ baseUrl, apiKey }: Options) {
  const client = createFetchClient<Paths>({ baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });
  return {
    create: (initial_user_msg: string) => client.POST("/api/conversations", { body: { initial_user_msg } }),
    get: (conversation_id: string) =>
      client.GET("/api/conversations/{conversation_id}", { params: { path: { conversation_id } } }),
  };
}

/** Every connection begins again with the whole past. */
export function connect({ baseUrl, apiKey }: Options, conversationId: string): ReconnectingWebSocket {
  const url = new URL(`/sockets/events/${conversationId}`, baseUrl.replace(/^http/, "ws"));
  url.searchParams.set("session_api_key", apiKey);
  return new ReconnectingWebSocket(url.href, [], { minReconnectionDelay: 250 });
}
