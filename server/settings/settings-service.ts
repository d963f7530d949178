import { initialSettings, secretSettings } from "../../contract/index.ts";
import type { McpConfig, SettingsUpdate, plainSettings } from "../../contract/index.ts";
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
  /** The values of a user's secret settings. They must not reach a log or an event. */
  reveal(userId: string): Promise<readonly string[]>;
}

/** Settings that are shown to their user like any other and may hold keys: they are stored as encrypted JSON. */
const sealedNames = ["mcp_config"] as const satisfies (keyof typeof plainSettings)[];
const isSealed = (name: string) => sealedNames.some((sealed) => sealed === name);

const secretNames = Object.keys(secretSettings) as (keyof typeof secretSettings)[];

export interface SettingsServiceDeps {
  readonly store: SettingsStore;
  readonly cipher: Cipher;
  /** The model of users who have set none. */
  readonly defaultModel: string;
  /** Is told whose settings have changed. */
  readonly changed: (userId: string) => void;
}

export function createSettingsService({ store, cipher, defaultModel, changed }: SettingsServiceDeps): SettingsService {
  async function get(userId: string): Promise<UserSettings | null> {
    const record = await store.get(userId);
    return record && userSettings(record, (sealed) => cipher.decrypt(sealed, userId));
  }

  return {
    get,
    async merge(userId, update) {
      await store.update(userId, (before) => mergeSettings(before, update, (secret) => cipher.encrypt(secret, userId)));
      changed(userId);
    },
    async modelOf(userId) {
      const model = (await get(userId))?.plain.llm_model;
      return typeof model === "string" && model !== "" ? model : defaultModel;
    },
    async confirmationModeOf(userId) {
      return (await get(userId))?.plain.confirmation_mode === true;
    },
    async reveal(userId) {
      const record = await store.get(userId);
      if (!record) return [];
      const open = (sealed: string) => cipher.decrypt(sealed, userId);
      const secrets = secretNames.flatMap((name) => record.secrets[name] ?? []).map(open);
      return [...secrets, ...serverKeys(userSettings(record, open).plain.mcp_config)];
    },
  };
}

/** The keys of MCP servers. @param stored an MCP configuration that has been through the contract; null for none */
export function serverKeys(stored: unknown): string[] {
  const { sse_servers = [], shttp_servers = [] } = (stored ?? {}) as Partial<McpConfig>;
  return [...sse_servers, ...shttp_servers].flatMap(({ api_key }) => api_key ?? []);
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
    if (isSealed(name) && value !== null) secrets[name] = encrypt(JSON.stringify(value));
    else if (isSealed(name)) delete secrets[name];
    else if (!(name in secretSettings)) plain[name] = value ?? initialSettings[name];
    else if (typeof value === "string" && value !== "") secrets[name] = encrypt(value);
    else delete secrets[name];
  }
  return { plain, secrets };
}

function userSettings({ plain, secrets }: SettingsRecord, decrypt: (sealed: string) => string): UserSettings {
  const sealed = sealedNames.filter((name) => name in secrets);
  const opened = sealed.map((name): [string, unknown] => [name, JSON.parse(decrypt(secrets[name] ?? ""))]);
  return {
    // A setting that a newer version of the contract has added has its initial value.
    plain: { ...initialSettings, ...plain, ...Object.fromEntries(opened) } as PlainSettings,
    secretsSet: Object.fromEntries(secretNames.map((name) => [name, name in secrets])) as UserSettings["secretsSet"],
  };
}
