import type { Observation } from "../event-draft.ts";
import { newObservation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";
import { actionOf } from "../history.ts";
import type { History } from "../history.ts";

type Plan = Executable<"task_tracking">["args"]["task_list"];

/** Takes note of a plan, or shows the last one. The log is where plans are kept. @param id of the action's event */
export async function trackTasks(
  { args }: Executable<"task_tracking">,
  history: History,
  id: number,
): Promise<Observation> {
  const { command, task_list } = args;
  const tasks = command === "plan" ? task_list : await lastPlan(history, id);
  return newObservation("task_tracking", listOf(tasks), { command, task_list: command === "plan" ? task_list : [] });
}

const pageSize = 50;

async function lastPlan(history: History, before: number): Promise<Plan> {
  for (let to = before - 1; to >= 0;) {
    const page = await history.find({ from: 0, to, types: ["task_tracking"], descending: true, limit: pageSize });
    for (const event of page.filter(({ kind }) => kind === "action")) {
      const action = actionOf(event);
      if (action.action === "task_tracking" && action.args.command === "plan") return action.args.task_list;
    }
    to = page.length < pageSize ? -1 : (page.at(-1)?.id ?? 0) - 1;
  }
  return [];
}

/** The tasks for a person, a line each. */
function listOf(tasks: Plan): string {
  if (tasks.length === 0) return "There are no tasks.";
  return tasks
    .map(({ id, title, status, notes }) => `${id}. [${status.replace("_", " ")}] ${title}${notes ? ` (${notes})` : ""}`)
    .join("\n");
}
