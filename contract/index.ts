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
import { events as eventsChannel } from "./socket/events.ts";

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
};

/** Every socket channel. */
export const channels = { events: eventsChannel };

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
  ProviderType,
  RuntimeStatus,
} from "./rest/conversation-info.ts";
export type { ConversationResponse } from "./rest/conversations.ts";
export { loginCookie } from "./rest/oidc.ts";
export { sessionCookie } from "./rest/sessions.ts";
export { initialSettings, plainSettings, secretSettings } from "./rest/settings.ts";
export type { Settings, SettingsUpdate } from "./rest/settings.ts";
export { trimmedExtras } from "./rest/trajectory.ts";
export { securitySchemes } from "./security.ts";
export { ShorthandFrame, TypedClientFrame, mostRefusedFrames, tooManyConversations } from "./socket/frames.ts";
export type { MessageErrorCode, StatusFrame } from "./socket/frames.ts";
