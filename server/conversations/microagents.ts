import { parse as parseYaml } from "yaml";
import * as z from "zod";
import type { Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";

/** Knowledge or instructions that a repository has for agents. reference/v0-api.md §2, ConversationMicroagent. */
export interface Microagent {
  readonly name: string;
  /** `repo` is told at the beginning of every conversation, `knowledge` when a message holds one of the triggers. */
  readonly type: "repo" | "knowledge";
  /** The text without the front matter. */
  readonly content: string;
  readonly triggers: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly description: string }[];
  /** The names of the MCP servers that it brings, those that run as child processes. */
  readonly tools: readonly string[];
}

const folder = ".openhands/microagents";

/** Files at the root that other tools read too, in lower case, each with the name that it has here. */
const instructionFiles: ReadonlyMap<string, string> = new Map([
  [".openhands_instructions", "repo_legacy"],
  [".cursorrules", "cursorrules"],
  ["agents.md", "agents"],
  ["agent.md", "agents"],
]);

/** Bounds on what a repository may make the server read, far above what real ones hold. */
const mostFiles = 200;
const deepest = 8;
const mostCharacters = 4 * 1024 * 1024;

/**
 * The microagents of a workspace: the instructions at its root, then the Markdown files in `.openhands/microagents`, each
 * in the order of their names. What git ignores does not count, nor what cannot be read as text.
 */
export async function readMicroagents(workspace: Workspace): Promise<Microagent[]> {
  const atRoot = (await namesIn(workspace, "")).filter((name) => instructionFiles.has(name.toLowerCase()));
  const inFolder = await markdownIn(workspace, folder, deepest);
  const microagents: Microagent[] = [];
  let characters = 0;
  for (const path of [...atRoot, ...inFolder].slice(0, mostFiles)) {
    const text = await textOf(workspace, path);
    if (text === null || characters + text.length > mostCharacters) continue;
    characters += text.length;
    const name = instructionFiles.get(path.toLowerCase());
    microagents.push(name === undefined ? microagentOf(path, text) : repoMicroagent(name, text));
  }
  return microagents;
}

/** What a repository tells agents at the beginning: the texts of its `repo` microagents. */
export function repositoryInstructions(microagents: readonly Microagent[]): string {
  const texts = microagents.filter(({ type }) => type === "repo").map(({ content }) => content);
  return texts.filter((text) => text !== "").join("\n\n");
}

/** The microagents one of whose triggers a message holds, upper and lower case alike, each with the first of those. */
export function triggeredKnowledge(microagents: readonly Microagent[], message: string) {
  const text = message.toLowerCase();
  return microagents.flatMap(({ name, type, triggers, content }) => {
    const trigger = triggers.find((candidate) => text.includes(candidate.toLowerCase()));
    return type === "knowledge" && trigger !== undefined ? [{ name, trigger, content }] : [];
  });
}

/** A key with no value is read as null, which means the same as none. */
const FrontMatter = z.object({
  name: z.string().trim().min(1).nullish(),
  type: z.enum(["repo", "knowledge", "task"]).nullish(),
  triggers: z.array(z.string().trim().min(1)).nullish(),
  inputs: z.array(z.object({ name: z.string(), description: z.string() })).nullish(),
  mcp_tools: z.object({ stdio_servers: z.array(z.object({ name: z.string() })).nullish() }).nullish(),
});

/**
 * One file of the folder. Where the front matter cannot be read, the whole text is shown under a name that triggers never
 * bring up: its author sees it in the list, and no agent is told what may be meant for another moment.
 */
function microagentOf(path: string, text: string): Microagent {
  const fileName = path.slice(folder.length + 1).replace(/\.md$/i, "");
  const [whole, matter = "", body = ""] = /^---[ \t]*\r?\n(?:([^]*?)\r?\n)?---[ \t]*(?:\r?\n([^]*))?$/.exec(text) ?? [];
  if (whole === undefined) return repoMicroagent(fileName, text); // a line of dashes alone is a rule, and all is text
  const read = FrontMatter.safeParse(yamlOf(matter));
  if (!read.success)
    return { name: fileName, type: "knowledge", content: text.trim(), triggers: [], inputs: [], tools: [] };
  const { name, type, triggers, inputs, mcp_tools } = read.data;
  const isTask = type === "task" || (inputs?.length ?? 0) > 0;
  const ownName = name ?? fileName;
  const calls = isTask && !triggers?.includes(`/${ownName}`) ? [`/${ownName}`] : [];
  const all = [...(triggers ?? []), ...calls];
  return {
    name: ownName,
    type: all.length > 0 || type === "knowledge" ? "knowledge" : "repo",
    content: body.trim(),
    triggers: all,
    inputs: inputs ?? [],
    tools: mcp_tools?.stdio_servers?.map((server) => server.name) ?? [],
  };
}

function repoMicroagent(name: string, text: string): Microagent {
  return { name, type: "repo", content: text.trim(), triggers: [], inputs: [], tools: [] };
}

/** @returns undefined, which fits no front matter, for what is no YAML */
function yamlOf(text: string): unknown {
  try {
    return parseYaml(text, { logLevel: "silent" }) ?? {};
  } catch {
    return undefined;
  }
}

async function markdownIn(workspace: Workspace, path: string, depth: number): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await namesIn(workspace, path)) {
    if (/\.md$/i.test(name) && !/\/readme\.md$/i.test(name)) paths.push(name);
    else if (name.endsWith("/") && depth > 1) paths.push(...(await markdownIn(workspace, name, depth - 1)));
    if (paths.length >= mostFiles) break;
  }
  return paths;
}

/** None where the folder is a file, or a link that leads out. */
async function namesIn(workspace: Workspace, path: string): Promise<string[]> {
  return (await unlessRefused(path === "" ? workspace.list() : workspace.list(path))) ?? [];
}

function textOf(workspace: Workspace, path: string): Promise<string | null> {
  return unlessRefused(workspace.readDecoded(path));
}

async function unlessRefused<Found>(finding: Promise<Found>): Promise<Found | null> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
