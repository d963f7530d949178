// The one door of the client: what is not exported here is not for use.
export { createClient } from "./http.ts";
export type { CallOptions, Client, ClientOptions, Fetch } from "./http.ts";
export { createV1Client } from "./v1.ts";
export type { V1Client } from "./v1.ts";
export type { RetryDelay } from "./waiting.ts";
export { connect } from "./socket.ts";
export type { ConnectOptions, EventSocket } from "./socket.ts";
export type { SocketState, WebSocketLike } from "./socket-connection.ts";
export { createSocketPool } from "./socket-pool.ts";
export type { SocketPool, SocketPoolOptions } from "./socket-pool.ts";
export {
  ApiError,
  ConnectionError,
  GateClosedError,
  TimeoutError,
  UnexpectedResponseError,
  isApiError,
} from "./errors.ts";
export type { Gate } from "./errors.ts";
export { SocketClosedError, SocketMessageError, UnexpectedFrameError } from "./socket-errors.ts";
export type { SocketError } from "./socket-errors.ts";
export type { ErrorCode, ErrorCodeOf, OperationName, RequestOf, ResponseOf } from "./operation-types.ts";
// Every type that goes over the wire. Generated, so listing them by hand would only go stale.
export type * from "../generated/client/types.ts";
