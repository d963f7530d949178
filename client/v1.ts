import { v1Keyed, v1Operations, v1Paged } from "../generated/client/operations.ts";
import type { V1Calls } from "../generated/client/operations.ts";
import { createCalls } from "./http.ts";
import type { CallOptions, ClientOptions } from "./http.ts";

/** The operations of V1, by resource: `client.appConversations.start({ body: {} })`. */
export type V1Client = V1Calls<CallOptions>;

/**
 * A client of the operations of V1, which behaves as `createClient` does. Apart from it, so that whoever uses V0 alone does
 * not carry their names.
 * @throws {TypeError} when `baseUrl` is no http(s) URL
 */
export function createV1Client(options: ClientOptions): V1Client {
  return createCalls<V1Client>(options, { operations: v1Operations, keyed: v1Keyed, paged: v1Paged });
}
