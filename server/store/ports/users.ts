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
