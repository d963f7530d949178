import type { AgentState, ConversationStatus, ConversationTrigger, ProviderType } from "../../../contract/index.ts";
import type { EventDraft, StoredEvent } from "./events.ts";
import type { Receipt } from "./receipts.ts";

export interface ConversationRecord {
  readonly id: string;
  readonly userId: string;
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
}

/** The names of experiments, each with the variant. */
export type Experiments = Readonly<Record<string, string>>;

export interface ConversationFilter {
  readonly userId: string;
  readonly repository?: string | undefined;
  readonly trigger?: ConversationTrigger | undefined;
  /** Only conversations that come after this one in the list. */
  readonly after?: Pick<ConversationRecord, "createdAt" | "id"> | undefined;
  readonly limit: number;
}

export type ConversationChange = Partial<Pick<ConversationRecord, "title" | "status" | "branch" | "updatedAt">>;

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
