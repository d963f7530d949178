import { holds, may, must } from "./field.ts";
import type { Fields } from "./field.ts";

/** One operation of the reference. Path parameters are called what our design calls them. */
export interface ReferenceOperation {
  /** `GET /api/settings` */
  readonly request: string;
  readonly query?: Fields;
  readonly body?: Fields;
  /** 200 unless the reference says another. */
  readonly status?: number;
  /** The fields of the answer, or the type of an answer that is no object with fields. */
  readonly answer?: Fields | string;
  /** `application/json` unless the reference says another. */
  readonly mediaType?: string;
}

const conversation = "/api/conversations/{conversation_id}";
const acknowledgement: Fields = { message: holds("string") };

/** §2, with the bare strings that are accepted for a server. */
const mcpConfig: Fields = {
  sse_servers: may("object[]|string[]"),
  stdio_servers: may("object[]"),
  shttp_servers: may("object[]|string[]"),
};

/** What a client may set: §3.3. `secrets_store` is legacy. */
const settings: Fields = {
  language: may("string|null"),
  agent: may("string|null"),
  max_iterations: may("integer|null"),
  security_analyzer: may("string|null"),
  confirmation_mode: may("boolean|null"),
  llm_model: may("string|null"),
  llm_api_key: may("string|null"),
  llm_base_url: may("string|null"),
  remote_runtime_resource_factor: may("integer|null"),
  enable_default_condenser: may("boolean"),
  enable_sound_notifications: may("boolean"),
  enable_proactive_conversation_starters: may("boolean"),
  enable_solvability_analysis: may("boolean"),
  user_consents_to_analytics: may("boolean|null"),
  sandbox_base_container_image: may("string|null"),
  sandbox_runtime_container_image: may("string|null"),
  mcp_config: may("object|null", undefined, mcpConfig),
  search_api_key: may("string|null"),
  sandbox_api_key: may("string|null"),
  max_budget_per_task: may("number|null"),
  condenser_max_size: may("integer|null"),
  email: may("string|null"),
  email_verified: may("boolean|null"),
  git_user_name: may("string|null"),
  git_user_email: may("string|null"),
  v1_enabled: may("boolean|null"),
  secrets_store: may("object|null"),
};

/** The same as the server shows them: the secrets as null, and what is stored. */
const settingsOut: Fields = {
  ...Object.fromEntries(Object.entries(settings).map(([name, { type }]) => [name, holds(type)])),
  llm_api_key: holds("null"),
  search_api_key: holds("null"),
  sandbox_api_key: holds("null"),
  secrets_store: holds("object"),
  llm_api_key_set: holds("boolean"),
  search_api_key_set: holds("boolean"),
  provider_tokens_set: holds("object"),
};

const conversationInfo: Fields = {
  conversation_id: holds("string"),
  title: holds("string"),
  last_updated_at: holds("string|null"),
  status: holds("ConversationStatus"),
  runtime_status: holds("RuntimeStatus|null"),
  selected_repository: holds("string|null"),
  selected_branch: holds("string|null"),
  git_provider: holds("ProviderType|null"),
  trigger: holds("ConversationTrigger|null"),
  num_connections: holds("integer"),
  url: holds("string|null"),
  session_api_key: holds("string|null"),
  created_at: holds("string"),
  pr_number: holds("integer[]"),
  conversation_version: holds("ConversationVersion"),
  sub_conversation_ids: holds("string[]"),
};

const conversationResponse: Fields = {
  status: holds("string"),
  conversation_id: holds("string"),
  message: holds("string|null"),
  conversation_status: holds("ConversationStatus|null"),
};

const conversationPage: Fields = {
  results: holds("object[]", conversationInfo),
  next_page_id: holds("string|null"),
};

const suggestedTask: Fields = {
  git_provider: must("ProviderType"),
  task_type: must("TaskType"),
  repo: must("string"),
  issue_number: must("integer"),
  title: must("string"),
};

const createMicroagent: Fields = {
  repo: must("string"),
  git_provider: may("ProviderType|null"),
  title: may("string|null"),
};

const apiKey: Fields = {
  id: holds("integer"),
  name: holds("string|null"),
  created_at: holds("string"),
  last_used_at: holds("string|null"),
  expires_at: holds("string|null"),
};

/** reference/v0-api.md §3.1 to §3.4: health, options, settings, secrets, git providers. */
const server: readonly ReferenceOperation[] = [
  { request: "GET /alive", answer: { status: holds("string") } },
  { request: "GET /health", answer: "string" },
  {
    request: "GET /server_info",
    answer: {
      uptime: holds("number"),
      idle_time: holds("number"),
      resources: holds("object", {
        cpu_percent: holds("number"),
        memory: holds("object", { rss: holds("integer"), vms: holds("integer"), percent: holds("number") }),
        disk: holds("object", {
          total: holds("integer"),
          used: holds("integer"),
          free: holds("integer"),
          percent: holds("number"),
        }),
        io: holds("object", { read_bytes: holds("integer"), write_bytes: holds("integer") }),
      }),
    },
  },
  { request: "GET /api/options/models", answer: "string[]" },
  { request: "GET /api/options/agents", answer: "string[]" },
  { request: "GET /api/options/security-analyzers", answer: "string[]" },
  {
    request: "GET /api/options/config",
    answer: {
      APP_MODE: holds("AppMode"),
      GITHUB_CLIENT_ID: holds("string"),
      POSTHOG_CLIENT_KEY: holds("string"),
      FEATURE_FLAGS: holds("object", { ENABLE_BILLING: holds("boolean"), HIDE_LLM_SETTINGS: holds("boolean") }),
    },
  },
  { request: "GET /api/settings", answer: settingsOut },
  { request: "POST /api/settings", body: settings, answer: acknowledgement },
  { request: "POST /api/reset-settings", status: 410 },
  {
    request: "POST /api/add-git-providers",
    body: { provider_tokens: may("object"), mcp_config: may("object|null", undefined, mcpConfig) },
    answer: acknowledgement,
  },
  { request: "POST /api/unset-provider-tokens", answer: acknowledgement },
  {
    request: "GET /api/secrets",
    answer: { custom_secrets: holds("object[]", { name: holds("string"), description: holds("string|null") }) },
  },
  {
    request: "POST /api/secrets",
    body: { name: must("string"), value: must("string"), description: may("string|null") },
    status: 201,
    answer: acknowledgement,
  },
  {
    request: "PUT /api/secrets/{secret_id}",
    body: { name: must("string"), description: may("string|null") },
    answer: acknowledgement,
  },
  { request: "DELETE /api/secrets/{secret_id}", answer: acknowledgement },
];

/** §3.5: the user at the git hosts. */
const gitHosts: readonly ReferenceOperation[] = [
  { request: "GET /api/user/installations" },
  { request: "GET /api/user/repositories" },
  { request: "GET /api/user/info" },
  { request: "GET /api/user/search/repositories" },
  { request: "GET /api/user/search/branches" },
  { request: "GET /api/user/suggested-tasks" },
  { request: "GET /api/user/repository/branches" },
  { request: "GET /api/user/repository/{name}/microagents" },
  { request: "GET /api/user/repository/{name}/microagents/content" },
];

/** §3.6: managing conversations. */
const management: readonly ReferenceOperation[] = [
  {
    request: "POST /api/conversations",
    body: {
      repository: may("string|null"),
      git_provider: may("ProviderType|null"),
      selected_branch: may("string|null"),
      initial_user_msg: may("string|null"),
      image_urls: may("string[]|null"),
      replay_json: may("string|null"),
      suggested_task: may("object|null", undefined, suggestedTask),
      create_microagent: may("object|null", undefined, createMicroagent),
      conversation_instructions: may("string|null"),
      mcp_config: may("object|null", undefined, mcpConfig),
      // Taken only where the operator allows it.
      conversation_id: may("string"),
    },
    answer: conversationResponse,
  },
  {
    request: "GET /api/conversations",
    query: {
      page_id: may("string"),
      limit: may("integer", 20),
      selected_repository: may("string"),
      conversation_trigger: may("ConversationTrigger"),
      include_sub_conversations: may("boolean", false),
    },
    answer: conversationPage,
  },
  {
    request: "GET /api/microagent-management/conversations",
    query: { selected_repository: must("string"), page_id: may("string"), limit: may("integer", 20) },
    answer: conversationPage,
  },
  { request: `GET ${conversation}`, answer: conversationInfo },
  { request: `DELETE ${conversation}`, answer: "boolean" },
  { request: `PATCH ${conversation}`, body: { title: must("string") }, answer: "boolean" },
  {
    request: `GET ${conversation}/remember-prompt`,
    query: { event_id: must("integer") },
    answer: { status: holds("string"), prompt: holds("string") },
  },
  {
    request: `POST ${conversation}/start`,
    body: { providers_set: may("ProviderType[]|null") },
    answer: conversationResponse,
  },
  { request: `POST ${conversation}/stop`, answer: conversationResponse },
  { request: `POST ${conversation}/exp-config`, body: { config: may("object|null") }, answer: "boolean" },
];

/** §3.7: the workspace, the events and the rest of a conversation. */
const workspace: readonly ReferenceOperation[] = [
  { request: `GET ${conversation}/list-files`, query: { path: may("string") }, answer: "string[]" },
  { request: `GET ${conversation}/select-file`, query: { file: must("string") }, answer: { code: holds("string") } },
  { request: `GET ${conversation}/zip-directory`, mediaType: "application/zip" },
  { request: `GET ${conversation}/git/changes`, answer: "object[]" },
  {
    request: `GET ${conversation}/git/diff`,
    query: { path: must("string") },
    answer: { modified: holds("string"), original: holds("string") },
  },
  {
    request: `POST ${conversation}/upload-files`,
    body: { files: must("string[]") },
    answer: {
      uploaded_files: holds("string[]"),
      skipped_files: holds("object[]", { name: holds("string"), reason: holds("string") }),
    },
  },
  {
    request: `GET ${conversation}/config`,
    answer: { runtime_id: holds("string|null"), session_id: holds("string|null") },
  },
  { request: `GET ${conversation}/vscode-url`, answer: { vscode_url: holds("string|null") } },
  { request: `GET ${conversation}/web-hosts`, answer: { hosts: holds("object") } },
  {
    request: `GET ${conversation}/events`,
    query: {
      start_id: may("integer", 0),
      end_id: may("integer"),
      reverse: may("boolean", false),
      limit: may("integer", 20),
      // The filter, upstream a JSON body on GET: §6.6.
      exclude_hidden: may("boolean", false),
      query: may("string"),
      include_types: may("string[]"),
      exclude_types: may("string[]"),
      source: may("string"),
      start_date: may("string"),
      end_date: may("string"),
    },
    answer: { events: holds("object[]"), has_more: holds("boolean") },
  },
  { request: `POST ${conversation}/events`, answer: { success: holds("true") } },
  { request: `POST ${conversation}/message`, body: { message: must("string") }, answer: { success: holds("true") } },
  {
    request: `GET ${conversation}/microagents`,
    answer: {
      microagents: holds("object[]", {
        name: holds("string"),
        type: holds("MicroagentType"),
        content: holds("string"),
        triggers: holds("string[]"),
        inputs: holds("object[]", { name: holds("string"), description: holds("string") }),
        tools: holds("string[]"),
      }),
    },
  },
  { request: `GET ${conversation}/trajectory`, answer: { trajectory: holds("object[]") } },
  {
    request: `POST ${conversation}/submit-feedback`,
    body: {
      version: may("string", ""),
      email: may("string", ""),
      polarity: must("FeedbackPolarity"),
      permissions: may("FeedbackPermissions", "private"),
    },
    answer: {
      statusCode: holds("integer"),
      body: holds("object", {
        message: holds("string"),
        feedback_id: holds("string"),
        password: holds("string"),
      }),
    },
  },
  { request: `GET ${conversation}/security/{path}` },
  { request: `POST ${conversation}/security/{path}` },
  { request: `PUT ${conversation}/security/{path}` },
  { request: `DELETE ${conversation}/security/{path}` },
];

/** §4.2: what only upstream's SaaS has. */
const saas: readonly ReferenceOperation[] = [
  { request: "GET /ready", answer: "string" },
  { request: "GET /saas", answer: { saas: holds("boolean") } },
  { request: "POST /api/authenticate", answer: acknowledgement },
  { request: "POST /api/logout", answer: acknowledgement },
  { request: "POST /api/accept_tos" },
  { request: "GET /api/refresh-tokens" },
  { request: "GET /oauth/keycloak/callback" },
  { request: "GET /oauth/keycloak/offline/callback" },
  { request: "GET /oauth/github/callback" },
  {
    request: "POST /api/keys",
    body: { name: may("string|null"), expires_at: may("string|null") },
    answer: { ...apiKey, key: holds("string") },
  },
  { request: "GET /api/keys", answer: "object[]" },
  { request: "DELETE /api/keys/{key_id}", answer: acknowledgement },
  { request: "GET /api/keys/llm/byor" },
  { request: "POST /api/keys/llm/byor/refresh" },
  {
    request: "POST /feedback/conversation",
    body: {
      conversation_id: must("string"),
      event_id: may("integer|null"),
      rating: must("integer"),
      reason: may("string|null"),
      metadata: may("object|null"),
    },
    status: 201,
    answer: { status: holds("string"), message: holds("string") },
  },
  { request: "GET /feedback/conversation/{conversation_id}/batch", answer: "object" },
  { request: "POST /api/email" },
  { request: "PUT /api/email/verify" },
  { request: "GET /api/email/verified" },
];

/** Every operation of §3 and §4.2. What §4.3 only mentions is not described, so it is not here. */
export const operations: readonly ReferenceOperation[] = [...server, ...gitHosts, ...management, ...workspace, ...saas];

const needs = {
  gitHost: "needs the API of a git host",
  llm: "needs a language model",
  billing: "hands out keys of upstream's billed LLM proxy",
  identityProvider: "needs an identity provider",
  broken: "broken upstream: the documented path is not routed, and what is routed always fails",
} as const;

/** The operations that are not here, each with the reason. */
export const leftOut: ReadonlyMap<string, string> = new Map([
  ...gitHosts.map(({ request }) => [request, needs.gitHost] as const),
  [`GET ${conversation}/remember-prompt`, needs.llm],
  ...["GET", "POST", "PUT", "DELETE"].map(
    (method) => [`${method} ${conversation}/security/{path}`, needs.broken] as const,
  ),
  ["POST /api/accept_tos", needs.identityProvider],
  ["GET /api/refresh-tokens", needs.identityProvider],
  ["GET /oauth/keycloak/callback", needs.identityProvider],
  ["GET /oauth/keycloak/offline/callback", needs.identityProvider],
  ["GET /oauth/github/callback", needs.identityProvider],
  ["GET /api/keys/llm/byor", needs.billing],
  ["POST /api/keys/llm/byor/refresh", needs.billing],
  ["POST /api/email", needs.identityProvider],
  ["PUT /api/email/verify", needs.identityProvider],
  ["GET /api/email/verified", needs.identityProvider],
]);

/** The operations that upstream does not have, each with the reason why it is here. */
export const added: ReadonlyMap<string, string> = new Map([
  ["POST /api/login", "turns a key into a session cookie, which upstream leaves to its identity provider"],
  ["GET /api/login/oidc", "begins the login at the provider, which upstream's own pages know how to begin"],
  ["GET /api/login/oidc/callback", "upstream's `GET /oauth/keycloak/callback`, for any OpenID provider"],
  ["GET /api/readiness", "the readiness probe under the name that orchestrators of this project use"],
]);
