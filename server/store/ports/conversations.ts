import type {
  AgentState,
  AgentType,
  ConversationStatus,
  ConversationTrigger,
  ConversationVersion,
  ProviderType,
} from "../../../contract/index.ts";
import type { EventDraft, StoredEvent } from "./events.ts";
import type { Receipt } from "./receipts.ts";
import type { SandboxRecord } from "./sandboxes.ts";

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
  /** The last state that the agent has entered, or that its user has asked for and that the agent was free to enter; null before the first. */
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
  /** A user's conversations with one of these statuses, those first in which nothing has happened for the longest. */
  listQuietest(userId: string, statuses: readonly ConversationStatus[]): Promise<ConversationRecord[]>;
  /** Stores which experiments a conversation is part of, the first time. */
  fixExperiments(id: string, experiments: Experiments): Promise<"stored" | "fixed_before" | "not_found">;
  /** @returns whether there is such a conversation */
  update(id: string, change: ConversationChange): Promise<boolean>;
  /** The same for who runs its agent. @returns false as well when another node does now */
  updateHeld(id: string, epoch: number, change: ConversationChange): Promise<boolean>;
  /** Deletes the conversation with its events and its feedback. */
  delete(id: string): Promise<void>;
}
