// The one door of the client: what is not exported here is not for use.
export { createClient } from "./http.ts";
export type { CallOptions, Client, ClientOptions, Fetch } from "./http.ts";
export { connect } from "./socket.ts";
export type { ConnectOptions, EventSocket, WebSocketLike } from "./socket.ts";
export { ApiError, ConnectionError, TimeoutError, UnexpectedResponseError, isApiError } from "./errors.ts";
export { SocketClosedError, SocketMessageError, UnexpectedFrameError } from "./socket-errors.ts";
export type { ErrorCode, ErrorCodeOf, OperationName, RequestOf, ResponseOf } from "./operation-types.ts";
// Every type that goes over the wire. Generated, so listing them by hand would only go stale.
export type * from "../generated/client/types.ts";
