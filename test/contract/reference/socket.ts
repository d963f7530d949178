import { may } from "./field.ts";
import type { Fields } from "./field.ts";

/** reference/v0-api.md §5.1: the query of the handshake. The conversation stands in the path here. */
export const socketQuery: Fields = {
  latest_event_id: may("integer", -1),
  providers_set: may("ProviderType[]"),
  session_api_key: may("string"),
};

/** reference/v0-api.md §5.2 and §5.3: every message, with its direction as the server sees it. */
export const socketMessages: Readonly<Record<string, "send" | "receive">> = {
  oh_event: "send",
  oh_user_action: "receive",
  oh_action: "receive",
};
