import { action } from "./actions.ts";
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

function lineInstruction(line: string): AgentAction[] {
  const [, path = "", thought = ""] = /^(?:read[ \t](.*)|think:(.*))$/i.exec(line) ?? [];
  if (path.trim() !== "") return [action("read", { path: path.trim() })];
  return thought.trim() === "" ? [] : [action("think", { thought: thought.trim() })];
}
