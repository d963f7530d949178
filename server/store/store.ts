import type { ApiKeyStore } from "./ports/api-keys.ts";
import type { ConversationStore } from "./ports/conversations.ts";
import type { EventStore } from "./ports/events.ts";
import type { FeedbackStore } from "./ports/feedback.ts";
import type { LeaseStore } from "./ports/leases.ts";
import type { ReceiptStore } from "./ports/receipts.ts";
import type { SandboxStore } from "./ports/sandboxes.ts";
import type { ProviderTokenStore, SecretStore } from "./ports/secrets.ts";
import type { SessionStore } from "./ports/sessions.ts";
import type { SettingsStore } from "./ports/settings.ts";
import type { StartTaskStore } from "./ports/start-tasks.ts";
import type { SubjectStore, UserStore } from "./ports/users.ts";

export type * from "./ports/api-keys.ts";
export type * from "./ports/conversations.ts";
export type * from "./ports/events.ts";
export type * from "./ports/feedback.ts";
export * from "./ports/leases.ts";
export * from "./ports/receipts.ts";
export type * from "./ports/sandboxes.ts";
export type * from "./ports/secrets.ts";
export type * from "./ports/sessions.ts";
export type * from "./ports/settings.ts";
export type * from "./ports/start-tasks.ts";
export type * from "./ports/users.ts";

/**
 * The Store port: everything that outlives the process. Every promise that resolves to nothing resolves once it is durable.
 * Every method may throw a `StoreUnavailableError`.
 */
export interface Store {
  readonly users: UserStore;
  readonly subjects: SubjectStore;
  readonly apiKeys: ApiKeyStore;
  readonly sessions: SessionStore;
  readonly settings: SettingsStore;
  readonly secrets: SecretStore;
  readonly providerTokens: ProviderTokenStore;
  readonly conversations: ConversationStore;
  readonly sandboxes: SandboxStore;
  readonly startTasks: StartTaskStore;
  readonly events: EventStore;
  readonly leases: LeaseStore;
  readonly receipts: ReceiptStore;
  readonly feedback: FeedbackStore;
  /** Resolves when the store answers. @throws {StoreUnavailableError} when it does not */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The database does not answer, or cannot do now what it could do at another time. What was asked for has been done or not:
 * an answer that got lost leaves that open, so it may be asked for again only where twice is no harm.
 */
export class StoreUnavailableError extends Error {
  override name = "StoreUnavailableError";
}
