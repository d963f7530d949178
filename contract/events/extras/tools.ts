import * as z from "zod";
import { taskList } from "../tasks.ts";

export const McpExtras = z
  .object({
    name: z.string().default("").describe("The tool that was called."),
    arguments: z.record(z.string(), z.unknown()).default({}).describe("What it was called with."),
  })
  .meta({
    id: "McpExtras",
    description: "Which tool was called, and how.",
    examples: [{ name: "search", arguments: { query: "weather" } }],
  });

export const DelegateExtras = z
  .object({
    outputs: z
      .record(z.string(), z.unknown())
      .describe("The named results of the agent that was asked; `final_thought` is what it said at the end."),
  })
  .meta({
    id: "DelegateExtras",
    description: "What the agent that was asked has to say.",
    examples: [{ outputs: { final_thought: "There are two files." } }],
  });

export const TaskTrackingExtras = z
  .object({
    command: z.string().default("").describe("The action's command: `view` or `plan`."),
    task_list: taskList.describe("The tasks of a `plan`; empty for `view`, whose tasks stand in `content`."),
  })
  .meta({
    id: "TaskTrackingExtras",
    description: "What was planned.",
    examples: [{ command: "plan", task_list: [{ id: "1", title: "Fix the test", status: "in_progress" }] }],
  });
