import { holds, may, must } from "./field.ts";
import type { Fields } from "./field.ts";
import type { ReferenceOperation } from "./operations.ts";

// reference/v1-api.md §3 to §5 and §7, as far as this API serves it. Path parameters are called what our design calls them.

const paging: Fields = { page_id: may("string"), limit: may("integer", 100) };

const conversationFilters: Fields = {
  title__contains: may("string"),
  created_at__gte: may("string"),
  created_at__lt: may("string"),
  updated_at__gte: may("string"),
  updated_at__lt: may("string"),
};

/** §4.7 */
const metrics: Fields = {
  model_name: holds("string"),
  accumulated_cost: holds("number"),
  max_budget_per_task: holds("number|null"),
  accumulated_token_usage: holds("object|null", {
    model: holds("string"),
    prompt_tokens: holds("integer"),
    completion_tokens: holds("integer"),
    cache_read_tokens: holds("integer"),
    cache_write_tokens: holds("integer"),
    reasoning_tokens: holds("integer"),
    context_window: holds("integer"),
    per_turn_token: holds("integer"),
    response_id: holds("string"),
  }),
};

/** §4.2 */
const appConversation: Fields = {
  id: holds("string"),
  created_by_user_id: holds("string|null"),
  sandbox_id: holds("string"),
  selected_repository: holds("string|null"),
  selected_branch: holds("string|null"),
  git_provider: holds("ProviderType|null"),
  title: holds("string|null"),
  trigger: holds("ConversationTrigger|null"),
  pr_number: holds("integer[]"),
  llm_model: holds("string|null"),
  metrics: holds("object|null", metrics),
  parent_conversation_id: holds("string|null"),
  sub_conversation_ids: holds("string[]"),
  created_at: holds("string"),
  updated_at: holds("string"),
  sandbox_status: holds("SandboxStatus"),
  execution_status: holds("ConversationExecutionStatus|null"),
  conversation_url: holds("string|null"),
  session_api_key: holds("string|null"),
};

/** §4.3 */
const startRequest: Fields = {
  sandbox_id: may("string|null"),
  conversation_id: may("string|null"),
  initial_message: may("object|null", undefined, {
    role: may("MessageRole", "user"),
    run: may("boolean", false),
  }),
  system_message_suffix: may("string|null"),
  processors: may("object[]|null"),
  llm_model: may("string|null"),
  selected_repository: may("string|null"),
  selected_branch: may("string|null"),
  git_provider: may("ProviderType|null"),
  title: may("string|null"),
  trigger: may("ConversationTrigger|null"),
  pr_number: may("integer[]", []),
  parent_conversation_id: may("string|null"),
  agent_type: may("AgentType", "default"),
};

/** §4.4 */
const startTask: Fields = {
  id: holds("string"),
  created_by_user_id: holds("string|null"),
  status: holds("AppConversationStartTaskStatus"),
  detail: holds("string|null"),
  app_conversation_id: holds("string|null"),
  sandbox_id: holds("string|null"),
  agent_server_url: holds("string|null"),
  request: holds(
    "object",
    Object.fromEntries(Object.entries(startRequest).map(([name, { type }]) => [name, holds(type)])),
  ),
  created_at: holds("string"),
  updated_at: holds("string"),
};

/** §4.5 */
const sandbox: Fields = {
  id: holds("string"),
  created_by_user_id: holds("string|null"),
  sandbox_spec_id: holds("string"),
  status: holds("SandboxStatus"),
  session_api_key: holds("string|null"),
  exposed_urls: holds("object[]|null", { name: holds("ExposedUrlName"), url: holds("string"), port: holds("integer") }),
  created_at: holds("string"),
};

const sandboxSpec: Fields = {
  id: holds("string"),
  command: holds("string[]|null"),
  created_at: holds("string"),
  initial_env: holds("object"),
  working_dir: holds("string"),
};

const success: Fields = { success: holds("boolean") };

const pageOf = (fields: Fields): Fields => ({ items: holds("object[]", fields), next_page_id: holds("string|null") });

/** §4.6 */
const masked = "string|null";
const userInfo: Fields = {
  id: holds("string|null"),
  ...Object.fromEntries(
    [
      "language",
      "agent",
      "security_analyzer",
      "llm_model",
      "llm_base_url",
      "sandbox_base_container_image",
      "sandbox_runtime_container_image",
      "email",
      "git_user_name",
      "git_user_email",
    ].map((name) => [name, holds("string|null")]),
  ),
  ...Object.fromEntries(
    ["max_iterations", "remote_runtime_resource_factor", "condenser_max_size"].map((name) => [
      name,
      holds("integer|null"),
    ]),
  ),
  ...Object.fromEntries(
    ["confirmation_mode", "user_consents_to_analytics", "email_verified", "v1_enabled"].map((name) => [
      name,
      holds("boolean|null"),
    ]),
  ),
  ...Object.fromEntries(
    [
      "enable_default_condenser",
      "enable_proactive_conversation_starters",
      "enable_solvability_analysis",
      "enable_sound_notifications",
    ].map((name) => [name, holds("boolean")]),
  ),
  max_budget_per_task: holds("number|null"),
  llm_api_key: holds(masked),
  search_api_key: holds(masked),
  sandbox_api_key: holds(masked),
  mcp_config: holds("object|null"),
  secrets_store: holds("object", { provider_tokens: holds("object") }),
};

const eventFilters: Fields = {
  conversation_id__eq: may("string"),
  kind__eq: may("V1EventKind"),
  timestamp__gte: may("string"),
  timestamp__lt: may("string"),
  sort_order: may("EventSortOrder", "TIMESTAMP"),
};

const v1 = "/api/v1";

/** The operations of V1. */
export const operationsOfV1: readonly ReferenceOperation[] = [
  {
    request: `GET ${v1}/app-conversations/search`,
    query: { ...conversationFilters, include_sub_conversations: may("boolean", false), ...paging },
    answer: pageOf(appConversation),
  },
  { request: `GET ${v1}/app-conversations/count`, query: conversationFilters, answer: "integer" },
  { request: `GET ${v1}/app-conversations`, query: { ids: must("string[]") }, answer: appConversation },
  { request: `POST ${v1}/app-conversations`, query: {}, body: startRequest, answer: startTask },
  { request: `POST ${v1}/app-conversations/stream-start`, query: {}, body: startRequest, answer: startTask },
  {
    request: `GET ${v1}/app-conversations/start-tasks/search`,
    query: {
      conversation_id__eq: may("string"),
      created_at__gte: may("string"),
      sort_order: may("AppConversationStartTaskSortOrder", "CREATED_AT_DESC"),
      ...paging,
    },
    answer: pageOf(startTask),
  },
  {
    request: `GET ${v1}/app-conversations/start-tasks/count`,
    query: { conversation_id__eq: may("string"), created_at__gte: may("string") },
    answer: "integer",
  },
  { request: `GET ${v1}/app-conversations/start-tasks`, query: { ids: must("string[]") }, answer: startTask },
  {
    request: `GET ${v1}/events/search`,
    query: { ...eventFilters, ...paging },
    answer: { items: holds("object[]"), next_page_id: holds("string|null") },
  },
  { request: `GET ${v1}/events/count`, query: eventFilters, answer: "integer" },
  { request: `GET ${v1}/events`, query: { id: must("string[]") } },
  { request: `GET ${v1}/sandboxes/search`, query: paging, answer: pageOf(sandbox) },
  { request: `GET ${v1}/sandboxes`, query: { id: must("string[]") }, answer: sandbox },
  { request: `POST ${v1}/sandboxes`, query: { sandbox_spec_id: may("string") }, answer: sandbox },
  { request: `POST ${v1}/sandboxes/{sandbox_id}/pause`, query: {}, answer: success },
  { request: `POST ${v1}/sandboxes/{sandbox_id}/resume`, query: {}, answer: success },
  { request: `DELETE ${v1}/sandboxes/{sandbox}`, query: { sandbox_id: must("string") }, answer: success },
  { request: `GET ${v1}/sandbox-specs/search`, query: paging, answer: pageOf(sandboxSpec) },
  { request: `GET ${v1}/sandbox-specs`, query: { id: must("string[]") }, answer: sandboxSpec },
  { request: `GET ${v1}/users/me`, query: {}, answer: userInfo },
  { request: `POST ${v1}/webhooks/{sandbox_id}/conversations`, query: {}, answer: success },
  { request: `POST ${v1}/webhooks/{sandbox_id}/events/{conversation_id}`, query: {}, answer: success },
  { request: `GET ${v1}/webhooks/secrets`, query: {}, mediaType: "text/plain" },
  { request: "POST /api/conversations/{conversation_id}/pause", query: {}, answer: success },
  { request: "POST /api/conversations/{conversation_id}/run", query: {}, answer: success },
  {
    request: "POST /api/conversations/{conversation_id}/events/respond_to_confirmation",
    query: {},
    body: { accept: must("boolean"), reason: may("string") },
    answer: success,
  },
  { request: "POST /api/file/upload/{path}", query: {}, answer: success },
  { request: "GET /api/file/download/{path}", query: {}, mediaType: "application/octet-stream" },
  {
    request: "GET /api/git/changes/{path}",
    query: {},
    answer: { status: holds("V1GitChangeStatus"), path: holds("string") },
  },
  {
    request: "GET /api/git/diff/{path}",
    query: {},
    answer: { modified: holds("string|null"), original: holds("string|null") },
  },
];
