import * as z from "zod";

const TrackedTask = z
  .object({
    id: z.string().describe("The task's id, chosen by whoever plans."),
    title: z.string().describe("What is to be done."),
    status: z.enum(["todo", "in_progress", "done"]).describe("How far it is."),
    notes: z.string().optional().describe("What else there is to say."),
  })
  .meta({
    id: "TrackedTask",
    description: "A task of a plan.",
    examples: [{ id: "1", title: "Fix the test", status: "in_progress" }],
  });

/** `task_list`, in the action and in its observation. */
export const taskList = z.array(TrackedTask).default([]).describe("The tasks, in their order.");
