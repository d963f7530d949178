import type { McpConfig } from "../../contract/index.ts";
import type { Cipher } from "../secrets/cipher.ts";
import { serverKeys } from "../settings/settings-service.ts";
import type { SettingsService } from "../settings/settings-service.ts";
import type { ConversationRecord, ConversationSetup, ConversationStore } from "../store/store.ts";
import { shownRepository } from "./repository-name.ts";

/** What a conversation is set up with besides what is told of it. */
export interface NewSetup {
  readonly instructions: string | null;
  readonly mcpConfig: McpConfig | null;
  /** As git is to use it, a token in it included. */
  readonly repository: string | null;
}

/** The setups of conversations. What may hold a key or a token is encrypted before it is stored. */
export interface Setups {
  /** @returns what is to be stored; undefined when that is nothing */
  seal(conversationId: string, setup: NewSetup): ConversationSetup | undefined;
  /** Empty when there are none. */
  instructionsOf(conversation: Conversation): Promise<string>;
  /** A conversation's own MCP servers, else those of its user's settings. They must not reach an answer, a log or an event. */
  mcpConfigOf(conversation: Conversation): Promise<McpConfig | null>;
  /** The URL to clone. It must not reach an answer, a log or an event either. */
  cloneUrlOf(conversation: Conversation): Promise<string | null>;
  /** What is secret in a setup: keys of MCP servers, and what a URL holds besides the repository's address. */
  secretsIn(conversationId: string, setup: ConversationSetup): string[];
}

type Conversation = Pick<ConversationRecord, "id" | "userId" | "repository">;

export function createSetups({
  store,
  settings,
  cipher,
}: {
  store: ConversationStore;
  settings: SettingsService;
  cipher: Cipher;
}): Setups {
  return {
    seal(id, { instructions, mcpConfig, repository }) {
      const hasToken = repository !== null && shownRepository(repository) !== repository;
      if (instructions === null && mcpConfig === null && !hasToken) return undefined;
      return {
        instructions,
        mcpConfig: mcpConfig && cipher.encrypt(JSON.stringify(mcpConfig), mcpContext(id)),
        cloneUrl: hasToken ? cipher.encrypt(repository, cloneContext(id)) : null,
      };
    },
    instructionsOf: async ({ id }) => (await store.setup(id)).instructions ?? "",
    async mcpConfigOf({ id, userId }) {
      const { mcpConfig } = await store.setup(id);
      if (mcpConfig !== null) return JSON.parse(cipher.decrypt(mcpConfig, mcpContext(id)));
      const own = await settings.get(userId);
      return (own?.plain.mcp_config ?? null) as McpConfig | null; // the contract's schema let it in
    },
    async cloneUrlOf({ id, repository }) {
      const { cloneUrl } = await store.setup(id);
      return cloneUrl === null ? repository : cipher.decrypt(cloneUrl, cloneContext(id));
    },
    secretsIn(id, { mcpConfig, cloneUrl }) {
      const servers = mcpConfig === null ? null : JSON.parse(cipher.decrypt(mcpConfig, mcpContext(id)));
      const url = cloneUrl === null ? null : cipher.decrypt(cloneUrl, cloneContext(id));
      return [...serverKeys(servers), ...credentialsIn(url)];
    },
  };
}

/** A host may take the name for the token as well as the password. */
function credentialsIn(url: string | null): string[] {
  if (url === null) return [];
  const { username, password } = new URL(url);
  return [username, password].map(decodeURIComponent).filter((part) => part !== "");
}

function mcpContext(conversationId: string): string {
  return `mcp config ${conversationId}`;
}

function cloneContext(conversationId: string): string {
  return `clone url ${conversationId}`;
}
