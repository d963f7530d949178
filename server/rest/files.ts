import { relative, resolve } from "node:path";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { ServerHandlers } from "../http/router.ts";
import { WorkspaceError } from "../runtime/runtime.ts";

export function filesHandlers(conversations: ConversationService): ServerHandlers["files"] {
  return {
    async list({ params, query }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: await workspace.list(query.path) };
    },
    async select({ params, query }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: { code: await workspace.readDecoded(query.file) } };
    },
    async upload({ params, upload }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      const uploaded = new Set<string>();
      const skipped: { name: string; reason: string }[] = [];
      for await (const { name, content } of upload) {
        try {
          await workspace.receive(fileNamed(name), content);
          uploaded.add(relative(workspace.root, resolve(workspace.root, name)));
        } catch (error) {
          if (!(error instanceof WorkspaceError) || error.code === "workspace_removed") throw error;
          skipped.push({ name, reason: error.message });
        }
      }
      return { status: 200, body: { uploaded_files: [...uploaded], skipped_files: skipped } };
    },
    async zip({ params }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: await workspace.zip() };
    },
  };
}

/** @throws {WorkspaceError} for what cannot be the name of a file */
function fileNamed(name: string): string {
  if (name === "") {
    throw new WorkspaceError("not_a_file", "The file has no name. Send one as `filename`, such as notes.txt.");
  }
  if (name.endsWith("/")) {
    throw new WorkspaceError("not_a_file", `"${name}" is the name of a folder. Send each file in it by its own name.`);
  }
  return name;
}
