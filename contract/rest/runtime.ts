import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { conversationParams } from "./conversations.ts";
import { startsNothing } from "./differences/workspace.ts";

const RuntimeConfig = z
  .object({
    runtime_id: z.string().nullable().describe("The sandbox that the workspace belongs to."),
    session_id: z.string().describe("The conversation's id."),
  })
  .meta({
    id: "RuntimeConfig",
    description: "Where a conversation's commands run.",
    examples: [{ runtime_id: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84", session_id: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84" }],
  });

const EditorAddress = z
  .object({
    vscode_url: z.string().nullable().describe("The editor's URL; null where the runtime offers no editor."),
  })
  .meta({ id: "EditorAddress", description: "Where the workspace can be edited.", examples: [{ vscode_url: null }] });

const WebHosts = z
  .object({ hosts: z.record(z.string(), z.int().min(1).max(65_535)).describe("Each URL with its port.") })
  .meta({
    id: "WebHosts",
    description: "What commands of the conversation serve.",
    examples: [{ hosts: { "http://localhost:5173": 5173 } }],
  });

const example = { params: { conversation_id: "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84" } };

export const runtime = {
  config: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/config",
    summary: "Where does it run?",
    description: "Names the place where the conversation's commands run.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: RuntimeConfig },
    errors: ["conversation_not_found"],
    differences: [startsNothing],
    example: { request: example, response: exampleOf(RuntimeConfig) },
  }),
  vscodeUrl: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/vscode-url",
    summary: "Where is the editor?",
    description:
      "The URL of a VS Code server on the workspace. This server's own runtime starts none, so its answer is null.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: EditorAddress },
    errors: ["conversation_not_found"],
    differences: [
      startsNothing,
      {
        upstream: "the editor's URL, or null",
        here: "`null`, always",
        why: "there is no editor",
        change: "Hide the button.",
      },
    ],
    example: { request: example, response: exampleOf(EditorAddress) },
  }),
  webHosts: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/web-hosts",
    summary: "List what commands serve",
    description:
      "The TCP ports on which the conversation's commands listen now, as URLs. They are those of the machine that the commands run on. What listens there need not speak HTTP. None where the system does not tell.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: WebHosts },
    errors: ["conversation_not_found"],
    differences: [
      startsNothing,
      {
        upstream: "URLs, each of which the web client tries",
        here: "those of the ports that the conversation's commands listen on now",
        why: "a list that says more is a promise",
        change: "Nothing.",
      },
    ],
    example: { request: example, response: exampleOf(WebHosts) },
  }),
};
