import type { Observation } from "../event-draft.ts";
import { newObservation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

/** Calls a tool of an MCP server. None is connected, and a tool that nobody offers is an error as MCP tells it. */
export function callTool({ args }: Executable<"call_tool_mcp">): Observation {
  const text = `No MCP server offers the tool ${args.name}: this server does not connect to MCP servers yet.`;
  const result = { isError: true, content: [{ type: "text", text }] };
  return newObservation("mcp", JSON.stringify(result), { name: args.name, arguments: args.arguments });
}
