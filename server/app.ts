import express from "express";
import type { Express } from "express";
import type { Logger } from "pino";
import type { Models } from "./agent/models.ts";
import type { Activity } from "./activity.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { DeprecatedUses } from "./deprecation.ts";
import type { ConversationService } from "./conversations/conversation-service.ts";
import { createV1Events } from "./conversations/v1/event-search.ts";
import type { EventLog } from "./conversations/event-log.ts";
import type { Feedback } from "./conversations/feedback.ts";
import type { StartTasks } from "./conversations/start-tasks.ts";
import { createReportedConversations } from "./conversations/v1/reported-conversations.ts";
import { createReports } from "./conversations/v1/reports.ts";
import { cacheHeaders } from "./http/cache-headers.ts";
import { corsHeaders } from "./http/cors.ts";
import { mountDocuments } from "./http/documents.ts";
import { answerError } from "./http/errors.ts";
import type { Idempotency } from "./idempotency.ts";
import { showMetrics } from "./http/metrics.ts";
import { noteActivity } from "./http/note-activity.ts";
import type { AddressOf } from "./http/peer.ts";
import { limitAddresses } from "./http/rate-limit.ts";
import { requestId } from "./http/request-id.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { createResponseValidator } from "./http/response-validation.ts";
import { mountOperations, noSuchOperation } from "./http/router.ts";
import type { AccessTokens } from "./identity/access-tokens.ts";
import type { Attempts } from "./identity/attempts.ts";
import type { Authenticator } from "./identity/credentials.ts";
import type { Identity } from "./identity/identity.ts";
import type { Oidc } from "./identity/oidc/oidc.ts";
import type { OriginPolicy } from "./identity/origins.ts";
import type { SandboxKeys } from "./identity/sandbox-keys.ts";
import { apiKeysHandlers } from "./rest/api-keys.ts";
import { conversationsHandlers } from "./rest/conversations.ts";
import { eventsHandlers } from "./rest/events.ts";
import { experimentsHandlers } from "./rest/experiments.ts";
import { feedbackHandlers } from "./rest/feedback.ts";
import { filesHandlers } from "./rest/files.ts";
import { gitHandlers } from "./rest/git.ts";
import { healthHandlers } from "./rest/health.ts";
import { microagentsHandlers } from "./rest/microagents.ts";
import { oidcHandlers } from "./rest/oidc.ts";
import { optionsHandlers } from "./rest/options.ts";
import { providersHandlers } from "./rest/providers.ts";
import { runtimeHandlers } from "./rest/runtime.ts";
import { secretsHandlers } from "./rest/secrets.ts";
import { sessionsHandlers } from "./rest/sessions.ts";
import { settingsHandlers } from "./rest/settings.ts";
import { trajectoryHandlers } from "./rest/trajectory.ts";
import { usersHandlers } from "./rest/users.ts";
import type { Metrics } from "./metrics.ts";
import type { RedisConnection } from "./redis/connection.ts";
import type { RequestLimits } from "./request-limits.ts";
import { agentControlHandlers } from "./rest/v1/agent-control.ts";
import { v1EventsHandlers } from "./rest/v1/events.ts";
import { appConversationsHandlers } from "./rest/v1/app-conversations.ts";
import { sandboxFilesHandlers } from "./rest/v1/sandbox-files.ts";
import { sandboxGitHandlers } from "./rest/v1/sandbox-git.ts";
import { createSandboxPaths } from "./rest/v1/sandbox-paths.ts";
import { sandboxSpecsHandlers } from "./rest/v1/sandbox-specs.ts";
import { sandboxesHandlers } from "./rest/v1/sandboxes.ts";
import { startTasksHandlers } from "./rest/v1/start-tasks.ts";
import { webhooksHandlers } from "./rest/v1/webhooks.ts";
import { createResourceMeter } from "./resources.ts";
import type { SandboxService } from "./sandboxes/sandbox-service.ts";
import type { CustomSecrets } from "./secrets/custom-secrets.ts";
import type { ProviderTokens } from "./secrets/provider-tokens.ts";
import type { SettingsService } from "./settings/settings-service.ts";
import type { Store } from "./store/store.ts";

export interface AppDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly identity: Identity;
  /** Null where there is no OpenID provider. */
  readonly oidc: Oidc | null;
  readonly authenticator: Authenticator;
  readonly attempts: Attempts;
  readonly limits: RequestLimits;
  /** Null where servers share nothing. */
  readonly redis: RedisConnection | null;
  readonly addressOf: AddressOf;
  readonly origins: OriginPolicy;
  readonly models: Models;
  readonly settings: SettingsService;
  readonly secrets: CustomSecrets;
  readonly providerTokens: ProviderTokens;
  readonly conversations: ConversationService;
  readonly startTasks: StartTasks;
  readonly sandboxes: SandboxService;
  readonly sandboxKeys: SandboxKeys;
  readonly accessTokens: AccessTokens;
  readonly log: EventLog;
  readonly idempotency: Idempotency;
  readonly feedback: Feedback;
  readonly activity: Activity;
  readonly uses: DeprecatedUses;
  /** How many sockets are connected to a conversation. */
  readonly connections: (conversationId: string) => number;
  /** Whether the server is about to end. */
  readonly leaving: () => boolean;
}

/** Builds the HTTP side of the server. It does not listen. The middleware stands in the order in which a request meets it. */
export function createApp(deps: AppDeps): Express {
  const { config, logger, origins, settings, oidc, store } = deps;
  const sandboxPaths = createSandboxPaths({ sandboxes: deps.sandboxes, conversations: store.conversations });
  const stores = { conversationStore: store.conversations, sandboxStore: store.sandboxes };
  const app = express();
  app.disable("etag"); // a hash of every body, which clients that must not cache never use
  app.disable("x-powered-by");
  app.enable("case sensitive routing"); // the document lists every path there is
  app.enable("strict routing");
  app.use(requestId(logger, deps.metrics));
  app.use(noteActivity(deps.activity));
  app.use(corsHeaders(origins));
  app.use(securityHeaders);
  app.use(cacheHeaders);
  app.use(showMetrics(deps.metrics, config.METRICS_TOKEN));
  app.use(limitAddresses(deps.limits, deps.addressOf));
  mountDocuments(app, { enableV1: config.ENABLE_V1 });
  mountOperations(app, {
    handlers: {
      options: optionsHandlers({ models: deps.models, enableV1: config.ENABLE_V1, oidc }),
      sessions: sessionsHandlers(deps),
      ...(oidc && { oidc: oidcHandlers(oidc, deps.identity) }),
      conversations: conversationsHandlers({ ...deps, ...stores, allowIds: config.ALLOW_SET_CONVERSATION_ID }),
      events: eventsHandlers(deps),
      trajectory: trajectoryHandlers(deps),
      microagents: microagentsHandlers({ ...deps, ...stores }),
      feedback: feedbackHandlers(deps),
      experiments: experimentsHandlers(deps.conversations, deps.store.conversations),
      files: filesHandlers(deps.conversations),
      git: gitHandlers(deps.conversations),
      runtime: runtimeHandlers(deps.conversations),
      apiKeys: apiKeysHandlers(deps),
      settings: settingsHandlers(settings, deps.providerTokens),
      secrets: secretsHandlers(deps.secrets),
      providers: providersHandlers(deps.providerTokens),
      health: healthHandlers({ ...deps, measure: createResourceMeter(config.DATA_DIR) }),
      users: usersHandlers(settings),
      v1Events: v1EventsHandlers(createV1Events(deps.store.conversations, deps.log)),
      agentControl: agentControlHandlers(deps.conversations),
      appConversations: appConversationsHandlers({ ...deps, ...stores }),
      startTasks: startTasksHandlers(deps.startTasks),
      sandboxes: sandboxesHandlers(deps),
      sandboxSpecs: sandboxSpecsHandlers(),
      sandboxGit: sandboxGitHandlers(sandboxPaths),
      sandboxFiles: sandboxFilesHandlers(sandboxPaths),
      webhooks: webhooksHandlers({
        ...deps,
        users: store.users,
        reports: createReports(deps.log),
        reportedConversations: createReportedConversations({ ...deps, store: store.conversations }),
      }),
    },
    authenticator: deps.authenticator,
    addressOf: deps.addressOf,
    idempotency: deps.idempotency,
    limits: deps.limits,
    validator: createResponseValidator(config.VALIDATE_RESPONSES),
    openGates: [...(config.ENABLE_V1 ? (["v1"] as const) : []), ...(oidc ? (["oidc"] as const) : [])],
    clock: deps.clock,
    uses: deps.uses,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxUploadBytes: config.MAX_UPLOAD_BYTES,
  });
  app.use(noSuchOperation);
  app.use(answerError);
  return app;
}
