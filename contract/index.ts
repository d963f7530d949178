// The one door to the contract: what is not exported here is nobody else's business.
import { generalDifferences } from "./differences.ts";
import type { OtherDifferences } from "./differences.ts";
import { eventDifferences } from "./events/differences.ts";
import { apiKeys } from "./rest/api-keys.ts";
import { conversations } from "./rest/conversations.ts";
import { events } from "./rest/events.ts";
import { experiments } from "./rest/experiments.ts";
import { feedback } from "./rest/feedback.ts";
import { files } from "./rest/files.ts";
import { git } from "./rest/git.ts";
import { health } from "./rest/health.ts";
import { microagents } from "./rest/microagents.ts";
import { oidc } from "./rest/oidc.ts";
import { options } from "./rest/options.ts";
import { providers } from "./rest/providers.ts";
import { runtime } from "./rest/runtime.ts";
import { secrets } from "./rest/secrets.ts";
import { sessions } from "./rest/sessions.ts";
import { settings } from "./rest/settings.ts";
import { trajectory } from "./rest/trajectory.ts";
import { users } from "./rest/users.ts";
import { agentControl } from "./rest/v1/agent-control.ts";
import { appConversations } from "./rest/v1/app-conversations.ts";
import { v1Events } from "./rest/v1/events.ts";
import { sandboxFiles } from "./rest/v1/sandbox-files.ts";
import { sandboxGit } from "./rest/v1/sandbox-git.ts";
import { sandboxSpecs } from "./rest/v1/sandbox-specs.ts";
import { sandboxes } from "./rest/v1/sandboxes.ts";
import { startTasks } from "./rest/v1/start-tasks.ts";
import { webhooks } from "./rest/v1/webhooks.ts";
import { events as eventsChannel } from "./socket/events.ts";
import { eventsV1 as eventsV1Channel } from "./socket/events-v1.ts";

/** Every REST operation by resource. The resource is the file name on every floor, in camel case. */
export const contract = {
  options,
  sessions,
  oidc,
  conversations,
  events,
  trajectory,
  microagents,
  feedback,
  experiments,
  files,
  git,
  runtime,
  apiKeys,
  settings,
  secrets,
  providers,
  health,
  users,
  appConversations,
  startTasks,
  v1Events,
  agentControl,
  sandboxes,
  sandboxSpecs,
  sandboxGit,
  sandboxFiles,
  webhooks,
};

/** Every socket channel. Two may have one address: which of them a socket speaks depends on the conversation. */
export const channels = { events: eventsChannel, eventsV1: eventsV1Channel };

/** Where this API differs from upstream on purpose, apart from what stands with an operation or a channel. */
export const differences: OtherDifferences = { general: generalDifferences, events: eventDifferences };

/** What the documents say of the API as a whole. */
export const api = {
  title: "OpenHands API",
  version: "0.1.0",
  summary: "Conversations with a software agent.",
  description:
    "Conversations with a software agent: messages, events, files, settings, keys, and the events live over a socket. Every error has the same body; `code` says what was wrong, and each operation lists the codes it can answer with.",
  /** What holds for every REST operation. */
  rest: "With `Accept: application/vnd.openhands.envelope+json`, every JSON answer comes in an envelope of `success`, `data` and `error`; files come as they are. A path that this document does not list answers 404 `route_not_found`; a method that a listed path does not have answers 405 `method_not_allowed`, with `Allow`. A request that cannot be read as HTTP is answered with 400 `malformed_request`, 408 `request_timeout` or 431 `headers_too_large`. Of several credentials, an API key comes before a session cookie; two different keys, and a cookie of another user than the key's, are refused with 400 `credentials_conflict`.",
  contact: { name: "openhands-api", url: "https://openhands-api.example", email: "maintainers@openhands-api.example" },
  license: { name: "MIT", identifier: "MIT", url: "https://opensource.org/license/mit" },
  /** A server on this machine, with its defaults. The documents that a server serves say the same; a relative URL would do for REST only. */
  server: { host: "127.0.0.1:3000", description: "A server on this machine, as `npm start` runs it." },
} as const;

export type { ChannelDefinition, ChannelMessage, Channels, CloseCode } from "./channel.ts";
export type { Deprecation } from "./deprecation.ts";
export type { Difference, EventDifference, OtherDifferences } from "./differences.ts";
export { envelopeMediaType, envelopeOf, errorEnvelope } from "./envelope.ts";
export { errorCatalogue, errorSchema } from "./errors.ts";
export type { ErrorBody, ErrorCode, ErrorDetail } from "./errors.ts";
export { ActionEvent, actionTypes } from "./events/actions.ts";
export type { ActionType } from "./events/actions.ts";
export { Event, EventType } from "./events/event.ts";
export { ObservationEvent, observationTypes } from "./events/observations.ts";
export type { ObservationType } from "./events/observations.ts";
export { ActionRequest } from "./events/requests.ts";
export type { AgentState, EventSource } from "./events/shared.ts";
export type { V1Content, V1Message } from "./events/v1/content.ts";
export { ReportedV1Event, V1Event, V1EventKind } from "./events/v1/event.ts";
export type { V1EventOf, V1FullStateEvent } from "./events/v1/event.ts";
export type {
  ConfirmationPolicy,
  ConversationExecutionStatus,
  ConversationState,
  V1Metrics,
} from "./events/v1/state.ts";
export { V1ToolAction, v1Tools } from "./events/v1/tool-actions.ts";
export type { V1ToolName } from "./events/v1/tool-actions.ts";
export { V1ToolObservation } from "./events/v1/tool-observations.ts";
export { limitHeadersOf, requestHeaders, requestHeadersOf, standardHeaders, standardHeadersOf } from "./headers.ts";
export type { RequestHeader, StandardHeader } from "./headers.ts";
export type { McpConfig } from "./mcp.ts";
export { contentDisposition } from "./media.ts";
export type { Download, FileBytes, Upload, UploadedFile } from "./media.ts";
export { errorUnion, gates, operationsOf, scopes, tags } from "./operation.ts";
export type {
  AnswerHeaders,
  Contract,
  Gate,
  Handler,
  NamedOperation,
  Operation,
  OperationDefinition,
  OperationExample,
  OperationMetadata,
  RateLimitClass,
  RequestOf,
  ResponseOf,
  Scope,
  Security,
  Tag,
} from "./operation.ts";
export { sizeLimits } from "./primitives.ts";
export type { CreateConversationRequest, SuggestedTask } from "./rest/conversation-creation.ts";
export type {
  ConversationInfo,
  ConversationStatus,
  ConversationTrigger,
  ConversationVersion,
  ProviderType,
  RuntimeStatus,
} from "./rest/conversation-info.ts";
export type { ConversationResponse } from "./rest/conversations.ts";
export { loginCookie } from "./rest/oidc.ts";
export { sessionCookie } from "./rest/sessions.ts";
export { initialSettings, plainSettings, secretSettings } from "./rest/settings.ts";
export type { Settings, SettingsUpdate } from "./rest/settings.ts";
export type { AppConversation } from "./rest/v1/app-conversations.ts";
export type { GitChange } from "./rest/v1/sandbox-git.ts";
export type { SandboxInfo, SandboxStatus } from "./rest/v1/sandbox-info.ts";
export { sandboxProject, sandboxRoot } from "./rest/v1/sandbox-paths.ts";
export { localSpec } from "./rest/v1/sandbox-specs.ts";
export type { AgentType, AppConversationStartRequest } from "./rest/v1/start-request.ts";
export type {
  AppConversationStartTask,
  AppConversationStartTaskStatus,
  StartTaskSortOrder,
} from "./rest/v1/start-tasks.ts";
export type { ReportedConversation } from "./rest/v1/webhooks.ts";
export { trimmedExtras } from "./rest/trajectory.ts";
export { securitySchemes } from "./security.ts";
export { mostRefusedFrames } from "./socket/close-codes.ts";
export { ShorthandFrame, TypedClientFrame, tooManyConversations } from "./socket/frames.ts";
export type { MessageErrorCode, StatusFrame } from "./socket/frames.ts";
export { V1UserMessage, v1MessageErrors } from "./socket/frames-v1.ts";
export type { V1RefusalEvent } from "./socket/frames-v1.ts";
