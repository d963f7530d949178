import * as z from "zod";
import { deprecated } from "../deprecation.ts";
import { exampleOf } from "../examples.ts";
import { McpConfig } from "../mcp.ts";
import { operation } from "../operation.ts";
import { success } from "../primitives.ts";
import { ProviderTokensSet } from "./providers.ts";

/**
 * A setting: what a client may send, the value it has until somebody sets it, and what it is for. From this one table come
 * the request (every field optional and nullable), the answer (every field present) and the V1 user.
 */
function setting<Value extends z.ZodType>(value: Value, initial: z.output<Value> | null, description: string) {
  return { value, initial, description };
}

/** The settings that are shown as they were stored. Names and types: reference/v0-api.md §3.3. */
export const plainSettings = {
  language: setting(z.string(), null, "The language of the user interface."),
  agent: setting(z.string(), null, "The agent to use."),
  max_iterations: setting(z.int().min(1), null, "How many steps the agent may take for one message."),
  security_analyzer: setting(z.string(), null, "What judges the risk of actions."),
  confirmation_mode: setting(z.boolean(), null, "Whether risky actions wait for the user's consent."),
  llm_model: setting(z.string(), null, "The model to use, one of `GET /api/options/models`."),
  llm_base_url: setting(z.string(), null, "Where the model's API is, when it is not its provider's own."),
  remote_runtime_resource_factor: setting(z.int(), null, "How large remote runtimes are."),
  enable_default_condenser: setting(z.boolean(), true, "Whether long conversations are condensed."),
  enable_sound_notifications: setting(z.boolean(), false, "Whether the user interface plays sounds."),
  enable_proactive_conversation_starters: setting(z.boolean(), true, "Whether conversations are suggested."),
  enable_solvability_analysis: setting(z.boolean(), true, "Whether issues are judged before work on them begins."),
  user_consents_to_analytics: setting(
    z.boolean(),
    null,
    "Whether the user agrees to analytics; null is not asked yet.",
  ),
  sandbox_base_container_image: setting(z.string(), null, "The image that sandboxes are built from."),
  sandbox_runtime_container_image: setting(z.string(), null, "The image that sandboxes run."),
  mcp_config: setting(McpConfig, null, "The MCP servers that the agent may use."),
  max_budget_per_task: setting(z.number().min(0), null, "What one task may cost, in US dollars."),
  condenser_max_size: setting(z.int().min(20), null, "How many events a conversation may hold before it is condensed."),
  email: setting(z.string(), null, "The user's address."),
  email_verified: setting(z.boolean(), null, "Whether the address has been verified."),
  git_user_name: setting(z.string(), null, "The name on commits."),
  git_user_email: setting(z.string(), null, "The address on commits."),
  v1_enabled: setting(z.boolean(), null, "Whether the user interface should use V1. Not the gate of the API."),
};

/** The settings that are encrypted at rest and never shown. */
export const secretSettings = {
  llm_api_key: setting(z.string(), null, "The key for the model's API."),
  search_api_key: setting(z.string(), null, "The key for the search API."),
  sandbox_api_key: setting(z.string(), null, "The key for remote sandboxes."),
};

type Table = Readonly<Record<string, { value: z.ZodType; initial: unknown; description: string }>>;
type Requested<T extends Table> = {
  [Name in keyof T]: z.ZodOptional<z.ZodNullable<T[Name]["value"]>>;
};
type Shown<T extends Table> = {
  [Name in keyof T]: null extends T[Name]["initial"] ? z.ZodNullable<T[Name]["value"]> : T[Name]["value"];
};

function requested<T extends Table>(table: T): Requested<T> {
  const fields = Object.entries(table).map(([name, { value, description }]) => [
    name,
    value.nullable().optional().describe(description),
  ]);
  return Object.fromEntries(fields) as Requested<T>; // fromEntries forgets the names
}

/** The fields of an answer: nullable where nothing is set at first. */
function shown<T extends Table>(table: T): Shown<T> {
  const fields = Object.entries(table).map(([name, { value, initial, description }]) => [
    name,
    (initial === null ? value.nullable() : value).describe(description),
  ]);
  return Object.fromEntries(fields) as Shown<T>; // fromEntries forgets the names
}

/** The plain settings as they are shown, for the answers that hold them. */
export const shownSettings = shown(plainSettings);

export const initialSettings = Object.fromEntries(
  Object.entries(plainSettings).map(([name, { initial }]) => [name, initial]),
);

const SettingsUpdate = z.object({ ...requested(plainSettings), ...requested(secretSettings) }).meta({
  id: "SettingsUpdate",
  description:
    "The settings to change: a field that is left out keeps its value, null resets it, and an empty string clears a secret. Unknown fields are ignored.",
  examples: [{ llm_model: "test/tools" }],
});
export type SettingsUpdate = z.output<typeof SettingsUpdate>;

const hiddenSecret = z.null().describe("Always null: a secret is never shown.");

/** Upstream moved what it held to a store of its own, and shows an empty one ever since. */
export const secretsStore = z
  .object({ provider_tokens: z.object({}).describe("Always empty: tokens are never shown.") })
  .meta({
    description: "Kept for older clients.",
    ...deprecated({
      state: "deprecated",
      since: "2026-11-22",
      sunset: "2027-06-30",
      replacement: "provider_tokens_set",
      reason: "It is always empty; `provider_tokens_set` of `GET /api/settings` says which tokens are stored.",
    }),
  });

const Settings = z
  .object({
    ...shownSettings,
    llm_api_key: hiddenSecret,
    search_api_key: hiddenSecret,
    sandbox_api_key: hiddenSecret,
    secrets_store: secretsStore,
    llm_api_key_set: z.boolean().describe("Whether a key for the model's API is stored."),
    search_api_key_set: z.boolean().describe("Whether a key for the search API is stored."),
    sandbox_api_key_set: z.boolean().describe("Whether a key for remote sandboxes is stored."),
    provider_tokens_set: ProviderTokensSet,
  })
  .meta({
    id: "Settings",
    description: "A user's settings, without the secrets.",
    examples: [
      {
        ...initialSettings,
        llm_model: "test/tools",
        llm_api_key: null,
        search_api_key: null,
        sandbox_api_key: null,
        secrets_store: { provider_tokens: {} },
        llm_api_key_set: false,
        search_api_key_set: false,
        sandbox_api_key_set: false,
        provider_tokens_set: {},
      },
    ],
  });
export type Settings = z.output<typeof Settings>;

const MergeSettingsResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "MergeSettingsResponse",
  description: "The settings have been stored.",
  examples: [{ success: true, message: "The settings have been stored." }],
});

export const settings = {
  get: operation({
    method: "GET",
    path: "/api/settings",
    summary: "Get the settings",
    description: "The caller's settings. Secrets are never shown; `…_set` says whether one is stored.",
    tag: "Settings",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: Settings },
    errors: ["settings_not_found"],
    differences: [
      {
        topic: "sending back what is shown",
        upstream: "a null key of the model or the search stays; servers from the configuration file are stored twice",
        here: "changes nothing without `llm_api_key`, `search_api_key` and `sandbox_api_key`: they are shown as null, and a null clears them",
        why: "null means the same for every setting",
        change: "Leave the three keys out.",
      },
      {
        topic: "`provider_tokens_set`",
        upstream: "also for a provider with a user id and no token",
        here: "for a provider with a token",
        why: "it says what the server can use",
        change: "Nothing.",
      },
    ],
    example: { response: exampleOf(Settings) },
  }),
  merge: operation({
    method: "POST",
    path: "/api/settings",
    summary: "Change settings",
    description: "Merges the given settings into the stored ones: what is left out keeps its value.",
    tag: "Settings",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: SettingsUpdate,
    responses: { 200: MergeSettingsResponse },
    differences: [
      {
        upstream: "replaces; what is left out falls back to its default",
        here: 'merges: left out keeps, null resets, `""` clears a secret',
        why: "a change of one setting lost the others",
        change: "Send null for what is to be reset, and leave out what is to stay.",
      },
    ],
    example: {
      request: { body: { llm_model: "test/tools" } },
      response: { success: true, message: "The settings have been stored." },
    },
  }),
  reset: operation({
    method: "POST",
    path: "/api/reset-settings",
    summary: "Reset the settings",
    description: "Removed. Send null for each setting that is to have its default again.",
    tag: "Settings",
    since: "0.1.0",
    security: "none",
    rateLimit: "address",
    deprecation: {
      state: "gone",
      since: "2025-01-01",
      sunset: "2025-06-30",
      replacement: "settings.merge",
      reason: "Resetting everything at once lost settings that users wanted to keep; resetting by name does not.",
    },
    responses: {},
    example: {},
  }),
};
