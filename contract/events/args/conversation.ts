import * as z from "zod";
import { RecallType, risk, thought } from "../shared.ts";

export const MessageArgs = z
  .object({
    content: z.string().describe("The text."),
    file_urls: z.array(z.string()).nullable().default(null).describe("Files in the workspace that the text is about."),
    image_urls: z.array(z.string()).nullable().default(null).describe("Images, as URLs or data URLs."),
    wait_for_response: z.boolean().default(false).describe("Whether the agent waits for an answer."),
    ...risk,
  })
  .meta({
    id: "MessageArgs",
    description: "What is said.",
    examples: [{ content: "Run the tests, please." }],
  });

export const SystemArgs = z
  .object({
    content: z.string().describe("The system prompt."),
    tools: z
      .array(z.record(z.string(), z.unknown()))
      .nullable()
      .default(null)
      .describe("The tools offered to the model."),
    openhands_version: z.string().nullable().default(null).describe("The server's version."),
    agent_class: z.string().nullable().default(null).describe("The agent's name."),
  })
  .meta({
    id: "SystemArgs",
    description: "How the agent was set up.",
    examples: [{ content: "You are a test agent.", agent_class: "CodeActAgent" }],
  });

export const RecallArgs = z
  .object({
    recall_type: RecallType,
    query: z.string().default("").describe("What the recall is about."),
    ...thought,
  })
  .meta({
    id: "RecallArgs",
    description: "What to recall.",
    examples: [{ recall_type: "workspace_context", query: "Run the tests." }],
  });

export const NullArgs = z.object({}).meta({ id: "NullArgs", description: "Nothing.", examples: [{}] });
