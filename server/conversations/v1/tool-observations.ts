// What came of a tool: the observations of V1 beside those of V0, both ways.
import * as z from "zod";
import { V1ToolObservation } from "../../../contract/index.ts";
import { newObservation } from "../event-draft.ts";
import type { Action, Observation } from "../event-draft.ts";
import { imageParts, textOf, textPart, textParts } from "./content.ts";
import { isToolLike, shownTool } from "./tool-actions.ts";

type Named<Name extends Observation["observation"]> = Extract<Observation, { observation: Name }>;
type ObservationOf<Kind extends V1ToolObservation["kind"]> = Extract<V1ToolObservation, { kind: Kind }>;

/** The observations that V1 shows as those of tools. */
const names = [
  "run",
  "run_ipython",
  "browse",
  "read",
  "write",
  "edit",
  "download",
  "mcp",
  "delegate",
  "task_tracking",
  "success",
  "think",
] as const;

export type Outcome = Named<(typeof names)[number]>;

export function isOutcome(observation: Observation): observation is Outcome {
  return (names as readonly string[]).includes(observation.observation);
}

/**
 * What came of a tool, as V1 shows it.
 * @param cause the action that it came of; null for what an agent tells of its own tools
 */
export function shownOutcome(observation: Outcome, cause: Action | null): V1ToolObservation {
  const content = textParts(observation.content);
  const plain = { content, is_error: false };
  switch (observation.observation) {
    case "run":
      return shownRun(observation);
    case "read":
      return editorObservation("view", observation.extras.path, plain);
    case "write":
    case "edit":
      return shownEdit(observation, cause);
    case "browse":
      return {
        ...plain,
        is_error: observation.extras.error,
        kind: "BrowserObservation",
        screenshot_data: base64Of(observation.extras.screenshot),
      };
    case "think":
      return { ...plain, kind: "ThinkObservation" };
    case "delegate":
      return { ...plain, kind: "DelegateObservation", command: "delegate" };
    case "task_tracking":
      return {
        ...plain,
        kind: "TaskTrackerObservation",
        command: observation.extras.command === "plan" ? "plan" : "view",
        task_list: observation.extras.task_list.map(({ title, status, notes = "" }) => ({ title, notes, status })),
      };
    case "mcp":
      return shownMcp(observation);
    case "run_ipython":
    case "download":
    case "success":
      return ownOutcome(observation);
  }
}

/** What an agent elsewhere reports of a tool, as V0 has it. */
export function readOutcome(tool: string, observation: V1ToolObservation): Observation | null {
  const content = textOf(observation.content);
  switch (observation.kind) {
    case "TerminalObservation":
      return readTerminal(observation);
    case "FileEditorObservation":
      if (observation.command === "view")
        return newObservation("read", content, { path: observation.path ?? "", impl_source: "oh_aci" });
      return newObservation("edit", content, {
        path: observation.path ?? "",
        prev_exist: observation.prev_exist,
        old_content: observation.old_content,
        new_content: observation.new_content,
        impl_source: "oh_aci",
        diff: null,
      });
    case "ThinkObservation":
      return newObservation("think", content, {});
    case "TaskTrackerObservation":
      return newObservation("task_tracking", content, {
        command: observation.command,
        task_list: observation.task_list.map(({ title, notes, status }, index) => ({
          id: String(index + 1),
          title,
          status,
          ...(notes !== "" && { notes }),
        })),
      });
    case "FinishObservation":
      return null;
    default:
      return readMcp(tool, observation);
  }
}

function shownRun({ content, extras, success }: Named<"run">): V1ToolObservation {
  const { command, metadata } = extras;
  return {
    content: textParts(content),
    is_error: !success,
    kind: "TerminalObservation",
    command,
    exit_code: metadata.exit_code === -1 ? null : metadata.exit_code,
    timeout: false,
    metadata: { ...metadata },
  };
}

function readTerminal(observation: ObservationOf<"TerminalObservation">): Observation {
  const { content, command, exit_code, is_error, metadata } = observation;
  return {
    observation: "run",
    content: textOf(content),
    extras: { command: command ?? "", metadata: { ...metadata, exit_code: exit_code ?? -1 }, hidden: false },
    success: !is_error,
  };
}

/** What was done with the file stands in the action alone. */
function shownEdit(observation: Named<"write" | "edit">, cause: Action | null): V1ToolObservation {
  const shown = cause && isToolLike(cause) ? shownTool(cause).action : null;
  if (shown?.kind !== "FileEditorAction" || shown.command === "view") return ownOutcome(observation);
  const plain = { content: textParts(observation.content), is_error: false };
  const written = editorObservation(shown.command, observation.extras.path, plain);
  if (observation.observation === "write") return written;
  const { prev_exist, old_content, new_content } = observation.extras;
  return { ...written, prev_exist, old_content, new_content };
}

function editorObservation(
  command: ObservationOf<"FileEditorObservation">["command"],
  path: string,
  plain: Pick<V1ToolObservation, "content" | "is_error">,
): ObservationOf<"FileEditorObservation"> {
  return {
    ...plain,
    kind: "FileEditorObservation",
    command,
    path,
    prev_exist: true,
    old_content: null,
    new_content: null,
  };
}

/** An observation of V0 that none of V1 is like. */
function ownOutcome(observation: Outcome): ObservationOf<"MCPToolObservation"> {
  const images = observation.observation === "run_ipython" ? observation.extras.image_urls : null;
  return {
    content: [...textParts(observation.content), ...imageParts(images)],
    is_error: "success" in observation && !observation.success,
    kind: "MCPToolObservation",
    tool_name: observation.observation,
  };
}

/** A result of MCP, as the content of an `mcp` observation has it: its texts, and what else of V1 there was to say. */
const McpResult = z.object({
  isError: z.boolean().default(false),
  content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  structuredContent: z.unknown().optional(),
});

function shownMcp({ content, extras }: Named<"mcp">): V1ToolObservation {
  const result = mcpResult(content);
  const known = V1ToolObservation.safeParse(result?.structuredContent);
  if (known.success) return known.data;
  return {
    content: result ? result.content.map(({ text }) => textPart(text)) : textParts(content),
    is_error: result?.isError ?? false,
    kind: "MCPToolObservation",
    tool_name: extras.name,
  };
}

function readMcp(tool: string, observation: V1ToolObservation): Observation {
  const { content, is_error, kind } = observation;
  const texts = content.flatMap((part) => (part.type === "text" ? { type: part.type, text: part.text } : []));
  const plain = kind === "MCPToolObservation" && texts.length === content.length && observation.tool_name === tool;
  const result = { isError: is_error, content: texts, ...(!plain && { structuredContent: observation }) };
  return newObservation("mcp", JSON.stringify(result), { name: tool });
}

/** Null for a result that is no JSON, or holds more than texts. */
function mcpResult(text: string): z.output<typeof McpResult> | null {
  try {
    return McpResult.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What V1 wants of a picture is what stands in its data URL; a picture that is none is not shown. */
function base64Of(url: string): string | null {
  return /^data:image\/png;base64,(.+)$/s.exec(url)?.[1] ?? null;
}
