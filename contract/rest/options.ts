import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";

const ModelNames = z.array(z.string()).meta({
  id: "ModelNames",
  description: "Names of models, sorted, each once: `vendor/model` is a language model, `test/…` an agent without one.",
  examples: [["mistral/codestral", "test/confirm", "test/echo", "test/error", "test/slow", "test/tools"]],
});

const AgentNames = z.array(z.string()).meta({
  id: "AgentNames",
  description: "Names of agents, sorted, each once.",
  examples: [["CodeActAgent"]],
});

const SecurityAnalyzerNames = z.array(z.string()).meta({
  id: "SecurityAnalyzerNames",
  description: "Names of security analyzers, sorted, each once; empty where the server has none.",
  examples: [[]],
});

const FeatureFlags = z
  .object({
    ENABLE_BILLING: z.boolean().describe("Whether billing pages are shown."),
    HIDE_LLM_SETTINGS: z.boolean().describe("Whether the choice of model is hidden."),
    ENABLE_V1: z.boolean().describe("Whether the operations of V1 are served."),
  })
  .meta({
    id: "FeatureFlags",
    description: "What is switched on.",
    examples: [{ ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false, ENABLE_V1: true }],
  });

const OidcLogin = z
  .object({
    url: z.string().describe("Where a browser goes to log in: a path on the host of the server's pages."),
    provider: z.string().describe("The provider's host, to name it to a person."),
  })
  .meta({
    id: "OidcLogin",
    description: "The login at the server's OpenID provider.",
    examples: [{ url: "/api/login/oidc", provider: "id.example" }],
  });

const ServerConfig = z
  .object({
    APP_MODE: z.enum(["oss", "saas"]).describe("How the server is run."),
    GITHUB_CLIENT_ID: z.string().describe("The GitHub app's client id, empty when there is none."),
    POSTHOG_CLIENT_KEY: z.string().describe("The analytics key, empty when there is none."),
    FEATURE_FLAGS: FeatureFlags,
    OIDC_LOGIN: OidcLogin.optional().describe(
      "How to log in with a browser; absent where there is no OpenID provider.",
    ),
  })
  .meta({
    id: "ServerConfig",
    description: "What a client needs to know before anybody has logged in.",
    examples: [
      {
        APP_MODE: "oss",
        GITHUB_CLIENT_ID: "",
        POSTHOG_CLIENT_KEY: "",
        FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false, ENABLE_V1: true },
      },
    ],
  });

const Saas = z
  .object({ saas: z.boolean().describe("Whether this is the hosted service of the upstream project.") })
  .meta({ id: "Saas", description: "Who runs this server.", examples: [{ saas: false }] });

export const options = {
  models: operation({
    method: "GET",
    path: "/api/options/models",
    summary: "List the models",
    description:
      "The names that `llm_model` can be chosen from: the language models of a maintained catalogue, and the `test/…` models, which need no key and run on every server; each says in a conversation what can be asked of it, and `test/tools` shows every event type when it is asked to `show every event type`. A language model runs where the server has access to its vendor. A message to an agent whose model does not run is answered by the state `error`, whose reason names the models that do.",
    tag: "Options",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: ModelNames },
    differences: [
      {
        upstream: "the names of its LLM library",
        here: "the names of a maintained catalogue, as `vendor/model`, and the `test/…` models",
        why: "a list that others keep is current",
        change: "Take the names as they come.",
      },
    ],
    example: { response: exampleOf(ModelNames) },
  }),
  agents: operation({
    method: "GET",
    path: "/api/options/agents",
    summary: "List the agents",
    description: "The agents that a conversation can use.",
    tag: "Options",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: AgentNames },
    differences: [
      { upstream: "six names", here: '`["CodeActAgent"]`', why: "the others are not here", change: "Nothing." },
    ],
    example: { response: ["CodeActAgent"] },
  }),
  securityAnalyzers: operation({
    method: "GET",
    path: "/api/options/security-analyzers",
    summary: "List the security analyzers",
    description:
      "What can judge the risk of actions on this server: the values that `security_analyzer` has a use for.",
    tag: "Options",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: SecurityAnalyzerNames },
    differences: [
      {
        upstream: '`["grayswan","invariant","llm"]`',
        here: "`[]`",
        why: "this server has none, and a list that says otherwise is a promise",
        change: "Hide the choice when the list is empty.",
      },
    ],
    example: { response: [] },
  }),
  config: operation({
    method: "GET",
    path: "/api/options/config",
    summary: "Read the server's configuration",
    description: "What a client needs to know before anybody has logged in. Needs no credentials.",
    tag: "Options",
    since: "0.1.0",
    security: "none",
    rateLimit: "address",
    responses: { 200: ServerConfig },
    differences: [
      {
        topic: "an identity provider",
        upstream: "`AUTH_URL`, the host of its Keycloak, from which clients build the login's address",
        here: "`OIDC_LOGIN`, with the address of this server's login",
        why: "clients need to know nothing of the provider",
        change: "Send browsers to `OIDC_LOGIN.url`.",
      },
    ],
    example: {
      response: {
        APP_MODE: "oss",
        GITHUB_CLIENT_ID: "",
        POSTHOG_CLIENT_KEY: "",
        FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false, ENABLE_V1: true },
      },
    },
  }),
  saas: operation({
    method: "GET",
    path: "/saas",
    summary: "Is this the hosted service?",
    description:
      "Always false: this server is run by whoever installed it. `APP_MODE` says the same. Needs no credentials.",
    tag: "Options",
    since: "0.1.0",
    security: "none",
    rateLimit: "address",
    responses: { 200: Saas },
    differences: [
      {
        upstream: '`{"saas":true}`, on hosted servers alone',
        here: '`{"saas":false}`',
        why: "it is the truth",
        change: "Nothing.",
      },
    ],
    example: { response: { saas: false } },
  }),
};
