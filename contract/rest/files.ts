import * as z from "zod";
import { operation } from "../operation.ts";
import { WorkspacePath } from "../primitives.ts";
import { conversationParams } from "./conversations.ts";

const FileList = z.array(z.string()).meta({
  id: "FileList",
  description: "Folders, each with `/` at its end, then files; both sorted without regard to case.",
  examples: [["src/", "README.md"]],
});

export const files = {
  list: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/list-files",
    summary: "List files",
    description:
      "The entries of one folder of the workspace, without what `.gitignore` leaves out. Each is prefixed with `path`. A folder that does not exist has no entries.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    query: z.object({
      path: WorkspacePath.optional().describe("The folder; the root when left out."),
    }),
    responses: { 200: FileList },
    errors: ["conversation_not_found", "path_outside_workspace"],
    example: {
      request: { params: { conversation_id: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84" } },
      response: ["src/", "README.md"],
    },
  }),
};
