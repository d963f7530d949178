/**
 * Who runs the agent of which conversation. A node says every now and then that it lives; as long as it does, what it holds
 * is held by nobody else. Each change of hands raises the conversation's epoch, which is what its appends are judged by. Time
 * is the database's, so that the clocks of nodes need not agree.
 */
export interface LeaseStore {
  /** This node lives, and does so for `forMs` from now on unless it says more. */
  renew(node: string, forMs: number): Promise<void>;
  /** This node has ended: what it holds may be taken at once. */
  leave(node: string): Promise<void>;
  /** Only this node lives: for a database that one process uses at a time. */
  expireOthers(node: string): Promise<void>;
  /**
   * Makes a node the holder of a conversation that no other living node holds.
   * @returns the epoch that begins; null where another one holds it, and where there is no such conversation
   */
  claim(conversationId: string, node: string): Promise<number | null>;
  /** The same whoever holds it: from then on that one can append nothing. @returns null where there is no such conversation */
  take(conversationId: string, node: string): Promise<number | null>;
  /**
   * Leaves a conversation to whoever wants it next.
   * @param lastEventId only while the log ends there; wherever it ends when left out
   * @returns whether that was done, which another holder prevents
   */
  release(conversationId: string, epoch: number, lastEventId?: number): Promise<boolean>;
  /** Conversations that a node has left behind, or has created and not begun. */
  orphans(limit: number): Promise<string[]>;
  /** Conversations that run, or are to, and that no living node holds. */
  unheld(): Promise<string[]>;
  /** Forgets nodes that have ended and hold nothing. */
  forgetEnded(): Promise<void>;
  /** Where these conversations are now; those that do not exist are left out. */
  heads(ids: readonly string[]): Promise<ConversationHead[]>;
}

export interface ConversationHead {
  readonly id: string;
  readonly title: string;
  readonly lastEventId: number;
  readonly epoch: number;
}

/** Another node runs the conversation's agent now. What was to be appended has not been. */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";
}
