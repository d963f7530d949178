import type { McpConfig } from "../../contract/index.ts";
import type { Cipher } from "../secrets/cipher.ts";
import type { SettingsService } from "../settings/settings-service.ts";
import type { ConversationRecord, ConversationStore } from "../store/store.ts";

/** The MCP servers of conversations. They may hold keys, so a conversation's own are encrypted before they are stored. */
export interface McpConfigs {
  seal(conversationId: string, config: McpConfig): string;
  /** A conversation's own, else that of its user's settings; null when there is neither. It must not reach an answer, a log or an event. */
  of(conversation: Pick<ConversationRecord, "id" | "userId">): Promise<McpConfig | null>;
}

export function createMcpConfigs({
  store,
  settings,
  cipher,
}: {
  store: ConversationStore;
  settings: SettingsService;
  cipher: Cipher;
}): McpConfigs {
  return {
    seal: (id, config) => cipher.encrypt(JSON.stringify(config), contextOf(id)),
    async of({ id, userId }) {
      const { mcpConfig } = await store.setup(id);
      if (mcpConfig !== null) return JSON.parse(cipher.decrypt(mcpConfig, contextOf(id)));
      const own = await settings.get(userId);
      return (own?.plain.mcp_config ?? null) as McpConfig | null; // the contract's schema let it in
    },
  };
}

function contextOf(conversationId: string): string {
  return `mcp config ${conversationId}`;
}
