import { action } from "./actions.ts";
import type { AgentAction } from "./agent.ts";

/** The parts of a message in which `test/tools` finds instructions: a fenced block, or a line outside of one. */
const parts =
  /^```[ \t]*(?<kind>[a-z]+)(?:[ \t]+(?<path>\S.*?))?[ \t]*\n(?<text>[\s\S]*?)^```[ \t]*$|^(?<line>[^`\n].*)$/gm;

/** Reads the instructions that a message spells out, in their order. What is no instruction is left out. */
export function parseInstructions(message: string): AgentAction[] {
  return [...message.replaceAll("\r\n", "\n").matchAll(parts)].flatMap(({ groups }) => {
    const { kind, path, text = "", line } = groups ?? {};
    return line === undefined ? block(kind ?? "", path, text) : lineInstruction(line);
  });
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
  const read = /^read[ \t]+(\S.*?)[ \t]*$/i.exec(line)?.[1];
  if (read !== undefined) return [action("read", { path: read })];
  const thought = /^think:[ \t]*(\S.*?)[ \t]*$/i.exec(line)?.[1];
  return thought === undefined ? [] : [action("think", { thought })];
}
