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
  StartTaskSortOrder,
} from "../../contract/index.ts";

/** The Store port: everything that outlives the process. Every promise that resolves to nothing resolves once it is durable. */
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
  readonly receipts: ReceiptStore;
  readonly feedback: FeedbackStore;
  /** Resolves when the store answers. @throws when it does not */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What a request with an `Idempotency-Key` has been answered. It is written in the transaction of the request's effect, so
 * that the one is never there without the other.
 */
export interface Receipt {
  readonly userId: string;
  /** The client's `Idempotency-Key`: unique among a user's receipts. */
  readonly key: string;
  /** Tells the request from others with the same key. */
  readonly fingerprint: string;
  readonly status: number;
  /** Encrypted. */
  readonly body: string;
  readonly createdAt: string;
}

/** The user has a receipt of that key: another request with it has been carried out meanwhile. Nothing was written. */
export class ReceiptExistsError extends Error {
  override name = "ReceiptExistsError";
}

export interface ReceiptStore {
  find(userId: string, key: string): Promise<Receipt | null>;
  /** Deletes the receipts of all users that are older than this moment. */
  deleteBefore(moment: string): Promise<void>;
}

export interface UserRecord {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Null while the user may do anything at all. */
  readonly disabledAt: string | null;
}

export interface UserStore {
  /** A new user is not disabled. */
  insert(user: Omit<UserRecord, "disabledAt">): Promise<void>;
  findByName(name: string): Promise<UserRecord | null>;
  list(): Promise<UserRecord[]>;
  /**
   * Disables a user and ends the user's sessions, in one transaction.
   * @param options.evenTheLast whether also where no other user is left who is not disabled
   * @returns whether that was done
   */
  disable(id: string, at: string, options: { readonly evenTheLast: boolean }): Promise<boolean>;
  enable(id: string): Promise<void>;
  /** Which of these users there are and are not disabled. */
  enabled(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Whom an OpenID provider means: a subject is unique at its issuer alone (OpenID Connect Core 1.0 §2). */
export interface Subject {
  readonly issuer: string;
  readonly subject: string;
}

export interface SubjectStore {
  /** @returns the user's id */
  find(subject: Subject): Promise<string | null>;
  /**
   * Inserts a user for a subject, both or neither, unless the subject has one.
   * @returns the id of the subject's user
   */
  insert(subject: Subject, user: Omit<UserRecord, "disabledAt">): Promise<string>;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string | null;
  readonly prefix: string;
  /** SHA-256 of the key, in hexadecimal digits. */
  readonly hash: string;
  readonly scope: Scope;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}

export interface ApiKeyStore {
  /** @throws {ReceiptExistsError} */
  insert(key: ApiKeyRecord, receipt?: Receipt): Promise<void>;
  /** Null also for a key of a disabled user. */
  findByHash(hash: string): Promise<ApiKeyRecord | null>;
  /** Which of these ids are of keys, whose users are not disabled. */
  usable(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** A user's keys, newest first. */
  listByUser(userId: string): Promise<ApiKeyRecord[]>;
  touch(id: string, lastUsedAt: string): Promise<void>;
  /** Also ends the sessions that were begun with it. @returns whether the user had such a key */
  delete(userId: string, id: string): Promise<boolean>;
}

export interface SessionRecord {
  /** SHA-256 of the cookie's value, in hexadecimal digits. */
  readonly hash: string;
  readonly userId: string;
  /** The key that it was begun with, without which there is no session; null where it was none. */
  readonly apiKeyId: string | null;
  readonly createdAt: string;
  /** When it ends unless it is used before. */
  readonly expiresAt: string;
  /** When it ends in any case. */
  readonly endsAt: string;
}

/** A session with what is known of the key that it was begun with; null where it was none. */
export interface FoundSession extends SessionRecord {
  readonly keyScope: Scope | null;
  readonly keyExpiresAt: string | null;
}

export interface SessionStore {
  insert(session: SessionRecord): Promise<void>;
  /** Null also for a session of a disabled user. */
  findByHash(hash: string): Promise<FoundSession | null>;
  /** Which of these hashes are of sessions that have not expired, and whose users are not disabled. */
  usable(hashes: readonly string[], now: string): Promise<ReadonlySet<string>>;
  /** Sets when it ends unless it is used before. */
  extend(hash: string, expiresAt: string): Promise<void>;
  delete(hash: string): Promise<void>;
  deleteExpired(now: string): Promise<void>;
}

/** A user's settings as stored: plain values as JSON, secrets encrypted. */
export interface SettingsRecord {
  readonly plain: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface SettingsStore {
  get(userId: string): Promise<SettingsRecord | null>;
  /** Replaces what `change` makes of the stored record, in one transaction. */
  update(userId: string, change: (before: SettingsRecord | null) => SettingsRecord): Promise<void>;
}

export interface SecretRecord {
  /** Never shown, and never another one: what the value is encrypted for. */
  readonly id: string;
  readonly userId: string;
  /** Unique among a user's secrets. */
  readonly name: string;
  readonly description: string;
  /** Encrypted. */
  readonly value: string;
}

export interface SecretStore {
  /** A user's secrets, in the order in which they were inserted. */
  listByUser(userId: string): Promise<SecretRecord[]>;
  /**
   * @returns false when the user has a secret of that name: then nothing is stored
   * @throws {ReceiptExistsError}
   */
  insert(secret: SecretRecord, receipt?: Receipt): Promise<boolean>;
  /** Gives a user's secret a name, which may be the one that it has, and a description. */
  update(
    userId: string,
    name: string,
    change: Pick<SecretRecord, "name" | "description">,
  ): Promise<"updated" | "not_found" | "name_taken">;
  /** @returns whether the user had such a secret */
  delete(userId: string, name: string): Promise<boolean>;
}

export interface ProviderTokenRecord {
  readonly provider: ProviderType;
  /** Encrypted. */
  readonly token: string;
  /** Null for the provider's own. */
  readonly host: string | null;
}

export interface ProviderTokenStore {
  /** A user's tokens, sorted by provider. */
  listByUser(userId: string): Promise<ProviderTokenRecord[]>;
  /** Carries out changes in one transaction, in order. */
  update(userId: string, changes: readonly ProviderTokenChange[]): Promise<void>;
  deleteByUser(userId: string): Promise<void>;
}

/** `set` stores a token with its host; `move` gives a token that is stored another host; `remove` deletes it. */
export type ProviderTokenChange =
  | ({ readonly kind: "set" } & ProviderTokenRecord)
  | ({ readonly kind: "move" } & Pick<ProviderTokenRecord, "provider" | "host">)
  | ({ readonly kind: "remove" } & Pick<ProviderTokenRecord, "provider">);

export interface ConversationRecord {
  readonly id: string;
  readonly userId: string;
  /** Which API it was created with, whose protocol its socket speaks. */
  readonly version: ConversationVersion;
  readonly title: string;
  readonly status: ConversationStatus;
  readonly repository: string | null;
  readonly branch: string | null;
  readonly gitProvider: ProviderType | null;
  readonly trigger: ConversationTrigger | null;
  readonly createdAt: string;
  /** When the last event was appended or the title changed; null before either. */
  readonly updatedAt: string | null;
  /** -1 while the log is empty. */
  readonly lastEventId: number;
  /** The state in the last `agent_state_changed`; null before the first. */
  readonly agentState: AgentState | null;
  /** The id of the last event that was replayed at the creation; -1 when none was. Nobody acts on what has been replayed. */
  readonly replayedUntil: number;
  /** Whose workspace it works in. Several may share one. */
  readonly sandboxId: string;
  /** The conversation that began it; null for none. */
  readonly parentId: string | null;
  /** Its own model; null for that of the settings. */
  readonly llmModel: string | null;
  readonly agentType: AgentType;
  /** The pull requests it is about. */
  readonly prNumbers: readonly number[];
}

/** What was said about a conversation at its creation and is not told with it: it may be long. */
export interface ConversationSetup {
  readonly instructions: string | null;
  /** The MCP configuration as JSON, encrypted; null for that of the settings. */
  readonly mcpConfig: string | null;
  /** The repository's URL, encrypted, where it has a token in it; else null. */
  readonly cloneUrl: string | null;
}

export interface NewConversationRecord extends ConversationRecord {
  readonly setup?: ConversationSetup;
  /** The sandbox that is made with it; undefined where it is there already. */
  readonly sandbox?: SandboxRecord;
}

/** A workspace with its processes, of which the store knows no more than that it is there. */
export interface SandboxRecord {
  readonly id: string;
  readonly userId: string;
  readonly specId: string;
  /** Whether it was paused, which counts while there is no conversation in it: else their statuses tell. */
  readonly paused: boolean;
  /** What its key is made from, besides its id. */
  readonly keySalt: string;
  readonly createdAt: string;
}

/** Where a page of a list begins: after the thing of this time and id. */
export interface Position {
  readonly time: string;
  readonly id: string;
}

export interface SandboxStore {
  /** @throws {ReceiptExistsError} */
  insert(sandbox: SandboxRecord, receipt?: Receipt): Promise<void>;
  get(id: string): Promise<SandboxRecord | null>;
  /** Those of a user that have one of these ids, in no order. */
  many(userId: string, ids: readonly string[]): Promise<SandboxRecord[]>;
  /** A user's sandboxes, newest first; equal times by id, descending. */
  list(
    userId: string,
    page: { readonly after?: Position | undefined; readonly limit: number },
  ): Promise<SandboxRecord[]>;
  setPaused(id: string, paused: boolean): Promise<void>;
  /** Conversations in it are not touched. */
  delete(id: string): Promise<void>;
  /** Deletes the sandbox unless a conversation is in it. @returns whether it is gone */
  deleteEmpty(id: string): Promise<boolean>;
  /** Which of these ids are of sandboxes, whose users are not disabled. */
  usable(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** How far the start of a conversation has come. */
export interface StartTaskRecord {
  readonly id: string;
  readonly userId: string;
  readonly status: AppConversationStartTaskStatus;
  readonly detail: string | null;
  /** The id that the conversation has, or will have. */
  readonly conversationId: string;
  readonly sandboxId: string | null;
  /** What was asked for, as JSON, encrypted. */
  readonly request: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StartTaskFilter {
  readonly userId: string;
  /** Only those that have started this conversation. */
  readonly started?: string | undefined;
  readonly createdFrom?: string | undefined;
}

export type StartTaskChange = Pick<StartTaskRecord, "status" | "updatedAt"> &
  Partial<Pick<StartTaskRecord, "detail" | "sandboxId">>;

export interface StartTaskStore {
  /** @throws {ReceiptExistsError} */
  insert(task: StartTaskRecord, receipt?: Receipt): Promise<void>;
  update(id: string, change: StartTaskChange): Promise<void>;
  /** Those of a user that have one of these ids, in no order. */
  many(userId: string, ids: readonly string[]): Promise<StartTaskRecord[]>;
  /** In this order; equal times by id, in the same direction. */
  list(
    filter: StartTaskFilter,
    page: { readonly order: StartTaskSortOrder; readonly after?: Position | undefined; readonly limit: number },
  ): Promise<StartTaskRecord[]>;
  count(filter: StartTaskFilter): Promise<number>;
  /** Those of all users that are neither ready nor failed. */
  unfinished(): Promise<StartTaskRecord[]>;
  deleteByConversation(conversationId: string): Promise<void>;
}

/** The names of experiments, each with the variant. */
export type Experiments = Readonly<Record<string, string>>;

/** Which conversations are meant. Of times, `From` includes the moment and `Before` does not. */
export interface ConversationCriteria {
  readonly userId: string;
  readonly repository?: string | undefined;
  readonly trigger?: ConversationTrigger | undefined;
  /** Whether those that another conversation began are left out. */
  readonly topOnly?: boolean | undefined;
  /** Found anywhere in the title, upper and lower case alike. */
  readonly titleContains?: string | undefined;
  readonly createdFrom?: string | undefined;
  readonly createdBefore?: string | undefined;
  /** Of the last change; of the creation where there was none. */
  readonly updatedFrom?: string | undefined;
  readonly updatedBefore?: string | undefined;
}

export interface ConversationFilter extends ConversationCriteria {
  /** Only conversations that come after this one in the list. */
  readonly after?: Pick<ConversationRecord, "createdAt" | "id"> | undefined;
  readonly limit: number;
}

export type ConversationChange = Partial<
  Pick<ConversationRecord, "title" | "status" | "branch" | "updatedAt" | "llmModel">
>;

export interface ConversationStore {
  /**
   * Inserts a conversation with its first events and the receipt of the request that asks for it, all or nothing. The events
   * count on from `lastEventId`.
   * @returns the events; null when there is a conversation of that id: then nothing is stored
   * @throws {ReceiptExistsError}
   */
  insert(
    conversation: NewConversationRecord,
    drafts: readonly EventDraft[],
    receipt?: Receipt,
  ): Promise<StoredEvent[] | null>;
  get(id: string): Promise<ConversationRecord | null>;
  /** What `insert` was given; nulls when that was nothing. */
  setup(id: string): Promise<ConversationSetup>;
  /** Newest first; equal times by id, descending. */
  list(filter: ConversationFilter): Promise<ConversationRecord[]>;
  /** The ids of a user's conversations that begin with these hexadecimal digits. */
  idsByPrefix(userId: string, prefix: string): Promise<string[]>;
  count(criteria: ConversationCriteria): Promise<number>;
  /** Those of a user that have one of these ids, in no order. */
  many(userId: string, ids: readonly string[]): Promise<ConversationRecord[]>;
  /** Those that these have begun, oldest first, each with the one that has. */
  children(parentIds: readonly string[]): Promise<{ readonly id: string; readonly parentId: string }[]>;
  /** Those in these sandboxes, oldest first. */
  inSandboxes(
    sandboxIds: readonly string[],
  ): Promise<Pick<ConversationRecord, "id" | "userId" | "status" | "sandboxId">[]>;
  /** Every conversation with one of these statuses, of all users. */
  listByStatus(statuses: readonly ConversationStatus[]): Promise<ConversationRecord[]>;
  /** A user's conversations with one of these statuses, those first in which nothing has happened for the longest. */
  listQuietest(userId: string, statuses: readonly ConversationStatus[]): Promise<ConversationRecord[]>;
  /** Stores which experiments a conversation is part of, the first time. */
  fixExperiments(id: string, experiments: Experiments): Promise<"stored" | "fixed_before" | "not_found">;
  /** @returns whether there is such a conversation */
  update(id: string, change: ConversationChange): Promise<boolean>;
  /** Deletes the conversation with its events and its feedback. */
  delete(id: string): Promise<void>;
}

/** An event that has no id yet. */
export interface EventDraft {
  readonly kind: "action" | "observation";
  /** The name of the action or observation type. */
  readonly type: string;
  readonly source: EventSource;
  readonly hidden: boolean;
  /** The event's JSON text after `id` and `timestamp`, without the braces: `"source":"user","message":…`. */
  readonly body: string;
  /** The state that the event says the agent is in now. */
  readonly agentState?: AgentState | undefined;
}

export interface StoredEvent extends Omit<EventDraft, "body"> {
  readonly id: number;
  readonly timestamp: string;
  /** The event as it goes over the wire. */
  readonly text: string;
}

export interface EventQuery {
  /** The lowest and the highest id, both inclusive. */
  readonly from: number;
  readonly to?: number | undefined;
  readonly descending?: boolean | undefined;
  readonly limit: number;
  /** The first that come to no more than so many bytes of text, though one at least. No more than these are read. Not for `contains`. */
  readonly maxBytes?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly source?: string | undefined;
  /** Found anywhere in the text, upper and lower case alike. */
  readonly contains?: string | undefined;
  readonly excludeHidden?: boolean | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface EventStore {
  /**
   * Appends events in order, all or none, with the next ids of the conversation. Resolves once they are durable.
   * Appends of one tick share a commit.
   * @param receiptOf makes the receipt of the request that appends them
   * @returns null when there is no such conversation
   * @throws {ReceiptExistsError}
   */
  append(
    conversationId: string,
    drafts: readonly EventDraft[],
    receiptOf?: (events: readonly StoredEvent[]) => Receipt | undefined,
  ): Promise<StoredEvent[] | null>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}

export interface FeedbackRecord {
  readonly id: string;
  readonly userId: string;
  readonly conversationId: string;
  /** An opinion of the conversation as a whole, or a rating of it or of one event. */
  readonly kind: "opinion" | "rating";
  readonly createdAt: string;
  /** The event that it is about; null for the conversation. */
  readonly eventId: number | null;
  /** The last event of the log when it was given: the conversation up to there is what it is about. */
  readonly lastEventId: number;
  /** What was said, as it is exported. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface ExportedFeedback extends FeedbackRecord {
  /** Where it stands in the list; 1 and more. */
  readonly position: number;
  readonly userName: string;
  readonly experiments: Experiments | null;
}

export interface FeedbackStore {
  /**
   * @returns false when there is no such conversation: then nothing is stored
   * @throws {ReceiptExistsError}
   */
  insert(feedback: FeedbackRecord, receipt?: Receipt): Promise<boolean>;
  /** Oldest first. */
  listByConversation(conversationId: string, kind: FeedbackRecord["kind"]): Promise<FeedbackRecord[]>;
  /** The feedback of all users, oldest first. @param page.after the position of the last that is known; 0 for none */
  list(page: { readonly after: number; readonly limit: number }): Promise<ExportedFeedback[]>;
}
