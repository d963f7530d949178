import * as z from "zod";
import { confirmation, risk, thought } from "../shared.ts";
import { taskList } from "../tasks.ts";

export const CallToolMcpArgs = z
  .object({
    name: z.string().describe("The tool's name."),
    arguments: z.record(z.string(), z.unknown()).default({}).describe("What the tool is called with."),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "CallToolMcpArgs",
    description: "A tool of an MCP server to call.",
    examples: [{ name: "search", arguments: { query: "weather" } }],
  });

export const DelegateArgs = z
  .object({
    agent: z.string().describe("The agent to ask, one of `GET /api/options/agents`."),
    inputs: z.record(z.string(), z.unknown()).describe("What it is given: `task` is the text that it answers."),
    ...confirmation,
    ...thought,
  })
  .meta({
    id: "DelegateArgs",
    description: "A task for an agent to carry out as a part of this one.",
    examples: [{ agent: "CodeActAgent", inputs: { task: "List the files, please." } }],
  });

export const TaskTrackingArgs = z
  .object({
    command: z.enum(["view", "plan"]).default("view").describe("Whether to show the list or to replace it."),
    task_list: taskList,
    ...thought,
  })
  .meta({
    id: "TaskTrackingArgs",
    description: "The list of tasks of the conversation: `plan` replaces it, `view` shows the last plan.",
    examples: [{ command: "plan", task_list: [{ id: "1", title: "Fix the test", status: "in_progress" }] }],
  });
