import { action } from "./actions.ts";
import { agentNames } from "./agent.ts";
import type { AgentAction } from "./agent.ts";

/** Reads the instructions that a message spells out, in their order. What is no instruction is left out. */
export function parseInstructions(message: string): AgentAction[] {
  const actions: AgentAction[] = [];
  const lines = message.replaceAll("\r\n", "\n").split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const opening = openingFence(lines[at] ?? "");
    if (!opening) {
      actions.push(...lineInstruction(lines[at] ?? ""));
      continue;
    }
    const end = closingLine(lines, at + 1, opening.fence);
    if (end === null) break; // cut off: who knows what it was to be, or what of the rest belongs to it
    const text = lines.slice(at + 1, end).map((line) => `${line}\n`);
    actions.push(...block(opening.kind, opening.path, text.join("")));
    at = end;
  }
  return actions;
}

interface OpeningFence {
  readonly fence: string;
  readonly kind: string;
  readonly path: string | undefined;
}

/** Three backticks or more, and what the block is. */
function openingFence(line: string): OpeningFence | null {
  const [, fence, info] = /^(`{3,})([^`]*)$/.exec(line) ?? [];
  if (fence === undefined || info === undefined) return null;
  const [kind = "", ...path] = info.trim().split(/[ \t]+/);
  return { fence, kind, path: path.length === 0 ? undefined : info.trim().slice(kind.length).trim() };
}

/** A fence is closed by one that is at least as long, so that a block can hold blocks, CommonMark §4.5. */
function closingLine(lines: readonly string[], from: number, fence: string): number | null {
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith(fence) && /^`+[ \t]*$/.test(line)) return at;
  }
  return null;
}

function block(kind: string, path: string | undefined, text: string): AgentAction[] {
  if (["sh", "bash", "shell"].includes(kind)) return [action("run", { command: text.trimEnd() })];
  if (kind === "ipython") return [action("run_ipython", { code: text.trimEnd() })];
  if (kind === "plan") return [planOf(text)];
  if (kind === "delegate") return [action("delegate", { agent: agentNames[0] ?? "", inputs: { task: text } })];
  if (kind === "browser") return [action("browse_interactive", { browser_actions: text.trimEnd() })];
  if (kind === "mcp" && path !== undefined) return toolCall(path, text);
  if (kind === "write" && path !== undefined) return [action("write", { path, content: text })];
  if (kind === "edit" && path !== undefined) return editBlock(path, text);
  return [];
}

function editBlock(path: string, text: string): AgentAction[] {
  const [before, after] = text.split(/^={7}[ \t]*\n/m);
  if (before === undefined || after === undefined) return [];
  return [
    action("edit", {
      path,
      command: "str_replace",
      old_str: before.replace(/\n$/, ""),
      new_str: after.replace(/\n$/, ""),
    }),
  ];
}

/** A line is a task; `[x]` before it says that it is done, `[~]` that somebody is at it. */
function planOf(text: string): AgentAction {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const task_list = lines.map((line, index) => {
    const [, mark = " ", title = ""] = /^(?:\[([x~ ])\])?(.*)$/.exec(line.trim()) ?? [];
    return { id: String(index + 1), title: title.trim(), status: statuses[mark] ?? "todo" };
  });
  return action("task_tracking", { command: "plan", task_list });
}

const statuses: Readonly<Record<string, "todo" | "in_progress" | "done">> = { x: "done", "~": "in_progress" };

/** Arguments that are no JSON object are none that a tool could be called with. */
function toolCall(name: string, text: string): AgentAction[] {
  try {
    const args: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    if (typeof args !== "object" || args === null || Array.isArray(args)) return [];
    return [action("call_tool_mcp", { name, arguments: args as Record<string, unknown> })];
  } catch {
    return [];
  }
}

/** What a line can say, each with what is to be done; the text after the word is given. */
const lineInstructions: readonly (readonly [begin: RegExp, instruct: (text: string) => AgentAction | null])[] = [
  [/^read[ \t](.*)/i, (path) => (path === "" ? null : action("read", { path }))],
  [/^browse[ \t](.*)/i, (url) => (url === "" ? null : action("browse", { url }))],
  [/^think:(.*)/i, (thought) => (thought === "" ? null : action("think", { thought }))],
  [/^reject:(.*)/i, (reason) => action("reject", { outputs: { reason } })],
  [/^show tasks()[ \t]*$/i, () => action("task_tracking", { command: "view" })],
  [/^condense()[ \t]*$/i, () => action("condensation_request", {})],
];

function lineInstruction(line: string): AgentAction[] {
  for (const [begin, instruct] of lineInstructions) {
    const [, text] = begin.exec(line) ?? [];
    const instructed = text === undefined ? null : instruct(text.trim());
    if (instructed) return [instructed];
  }
  return [];
}
