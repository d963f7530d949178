import { initialSettings, secretSettings } from "../../contract/index.ts";
import type { SettingsUpdate, plainSettings } from "../../contract/index.ts";
import type { Cipher } from "../secrets/cipher.ts";
import type { SettingsRecord, SettingsStore } from "../store/store.ts";

/** The plain settings of the contract with their values. */
export type PlainSettings = Readonly<Record<keyof typeof plainSettings, unknown>>;

export interface UserSettings {
  readonly plain: PlainSettings;
  /** Which secrets are stored. */
  readonly secretsSet: Readonly<Record<keyof typeof secretSettings, boolean>>;
}

/** Users' settings. Secrets are encrypted before they are stored. */
export interface SettingsService {
  /** @returns null when the user has never stored any */
  get(userId: string): Promise<UserSettings | null>;
  /** A field that is left out keeps its value, null resets it, an empty string clears a secret. */
  merge(userId: string, update: SettingsUpdate): Promise<void>;
  /** The model of a user's conversations. */
  modelOf(userId: string): Promise<string>;
  /** Whether a user wants to be asked about risky actions. */
  confirmationModeOf(userId: string): Promise<boolean>;
}

const secretNames = Object.keys(secretSettings) as (keyof typeof secretSettings)[];

/** @param options.defaultModel the model of users who have set none */
export function createSettingsService({
  store,
  cipher,
  defaultModel,
}: {
  store: SettingsStore;
  cipher: Cipher;
  defaultModel: string;
}): SettingsService {
  async function get(userId: string): Promise<UserSettings | null> {
    const record = await store.get(userId);
    return record && userSettings(record);
  }

  return {
    get,
    async merge(userId, update) {
      await store.update(userId, (before) => mergeSettings(before, update, (secret) => cipher.encrypt(secret, userId)));
    },
    async modelOf(userId) {
      const model = (await get(userId))?.plain.llm_model;
      return typeof model === "string" && model !== "" ? model : defaultModel;
    },
    async confirmationModeOf(userId) {
      return (await get(userId))?.plain.confirmation_mode === true;
    },
  };
}

/** @param encrypt what is done to a secret before it is stored */
export function mergeSettings(
  before: SettingsRecord | null,
  update: SettingsUpdate,
  encrypt: (secret: string) => string,
): SettingsRecord {
  const plain: Record<string, unknown> = { ...initialSettings, ...before?.plain };
  const secrets: Record<string, string> = { ...before?.secrets };
  for (const [name, value] of Object.entries(update)) {
    if (value === undefined) continue;
    if (!(name in secretSettings)) plain[name] = value ?? initialSettings[name];
    else if (typeof value === "string" && value !== "") secrets[name] = encrypt(value);
    else delete secrets[name];
  }
  return { plain, secrets };
}

function userSettings({ plain, secrets }: SettingsRecord): UserSettings {
  return {
    // A setting that a newer version of the contract has added has its initial value.
    plain: { ...initialSettings, ...plain } as PlainSettings,
    secretsSet: Object.fromEntries(secretNames.map((name) => [name, name in secrets])) as UserSettings["secretsSet"],
  };
}
