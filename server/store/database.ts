import type { Generated } from "kysely";
import type {
  AgentState,
  AgentType,
  AppConversationStartTaskStatus,
  ConversationStatus,
  ConversationTrigger,
  ConversationVersion,
  EventSource,
  ProviderType,
  Scope,
} from "../../contract/index.ts";

/** The tables, as kysely types its queries. Times are RFC 3339 texts, which sort as the moments do. */
export interface Database {
  users: { id: string; name: string; created_at: string; disabled_at: string | null };
  oidc_subjects: { issuer: string; subject: string; user_id: string };
  api_keys: {
    /** Given by the database, in the order of creation. */
    position: Generated<number>;
    id: string;
    user_id: string;
    name: string | null;
    prefix: string;
    hash: string;
    scope: Scope;
    created_at: string;
    last_used_at: string | null;
    expires_at: string | null;
  };
  sessions: {
    hash: string;
    user_id: string;
    api_key_id: string | null;
    created_at: string;
    expires_at: string;
    ends_at: string;
  };
  settings: { user_id: string; plain: string; secrets: string };
  secrets: {
    /** Given by the database, in the order of creation. */
    position: Generated<number>;
    id: string;
    user_id: string;
    name: string;
    description: string;
    value: string;
  };
  provider_tokens: { user_id: string; provider: ProviderType; token: string; host: string | null };
  conversations: {
    id: string;
    user_id: string;
    title: string;
    status: ConversationStatus;
    repository: string | null;
    branch: string | null;
    git_provider: ProviderType | null;
    trigger: ConversationTrigger | null;
    created_at: string;
    updated_at: string | null;
    last_event_id: number;
    agent_state: AgentState | null;
    replayed_until: number;
    /** The node that runs the agent; null when none does. */
    holder: string | null;
    /** How often that has changed. */
    epoch: Generated<number>;
    version: ConversationVersion;
    /** The title in lower case, for searches. */
    title_folded: string;
    sandbox_id: string;
    parent_id: string | null;
    llm_model: string | null;
    agent_type: AgentType;
    /** A list of numbers as JSON. */
    pr_numbers: string;
  };
  sandboxes: {
    id: string;
    user_id: string;
    spec_id: string;
    paused: number;
    key_salt: string;
    created_at: string;
  };
  start_tasks: {
    id: string;
    user_id: string;
    status: AppConversationStartTaskStatus;
    detail: string | null;
    conversation_id: string;
    sandbox_id: string | null;
    request: string;
    created_at: string;
    updated_at: string;
  };
  /** What a user has asked for with a secret in it, encrypted, until it is carried out. */
  sealed_requests: { conversation_id: string; event_id: number; sealed: string };
  nodes: {
    id: string;
    /** By the database's clock, in milliseconds since 1970. */
    expires_at: number;
  };
  conversation_setups: {
    conversation_id: string;
    instructions: string | null;
    mcp_config: string | null;
    clone_url: string | null;
    experiments: string | null;
  };
  feedback: {
    /** Given by the database, in the order of creation. */
    position: Generated<number>;
    id: string;
    user_id: string;
    conversation_id: string;
    kind: "opinion" | "rating";
    created_at: string;
    event_id: number | null;
    last_event_id: number;
    content: string;
  };
  receipts: {
    user_id: string;
    key: string;
    fingerprint: string;
    status: number;
    body: string;
    created_at: string;
  };
  events: {
    conversation_id: string;
    id: number;
    timestamp: string;
    kind: "action" | "observation";
    type: string;
    source: EventSource;
    hidden: number;
    text: string;
  };
  event_signatures: { conversation_id: string; block: number; scheme: string; signature: Uint8Array };
}
