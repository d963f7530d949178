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
