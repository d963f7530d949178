import * as z from "zod";
import { shellWords } from "./shell-words.ts";

// Each schema has two sides: what a client may write, short forms included, and what it reads, which has none.

const serverUrl = z
  .url({ protocol: /^(https?|wss?)$/, error: "must be a URL that begins with http, https, ws or wss" })
  .describe("Where the server listens: a URL with http, https, ws or wss. White space around it is dropped.");

const apiKey = z.string().nullable().default(null).describe("The key to send to it. Unlike other keys, it is shown.");

const SseServer = z.object({ url: serverUrl, api_key: apiKey }).meta({
  id: "McpSseServer",
  description: "An MCP server reached by server-sent events.",
  examples: [{ url: "https://mcp.example/sse", api_key: null }],
});

const ShttpServer = z
  .object({
    url: serverUrl,
    api_key: apiKey,
    timeout: z.int().min(1).max(3600).nullable().default(60).describe("Seconds to wait for an answer."),
  })
  .meta({
    id: "McpShttpServer",
    description: "An MCP server reached by streamable HTTP.",
    examples: [{ url: "https://mcp.example/mcp", api_key: null, timeout: 60 }],
  });

/** What a shell can split into words: quotes end, and something follows each backslash. */
const words = /^(?:[^'"\\]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S])*$/;

const args = z
  .union(
    [
      z.array(z.string()),
      z.string().regex(words, "must have an end to each quote, and a character after each backslash"),
    ],
    "must be a list of texts, or one text",
  )
  .transform((value) => (typeof value === "string" ? (shellWords(value) ?? []) : value))
  .pipe(z.array(z.string()))
  .default([])
  .describe(
    "Its arguments: a list, or one text that is split into words as a shell would, without expanding anything.",
  );

const environment = z.record(
  z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be the name of an environment variable"),
  z.string(),
);

/** Pairs with commas between them; there may be none at all between two commas. */
const pairs = /^\s*(?:[a-zA-Z_][a-zA-Z0-9_]*\s*=[^,]*)?(?:,\s*(?:[a-zA-Z_][a-zA-Z0-9_]*\s*=[^,]*)?)*$/;

const env = z
  .union(
    [environment, z.string().regex(pairs, "must be like `NAME=value,OTHER=value`")],
    "must be an object of texts, or one text",
  )
  .transform((value) => {
    if (typeof value !== "string") return value;
    const parts = value.split(",").map((part) => part.trim());
    return Object.fromEntries(parts.filter((part) => part !== "").map(nameAndValue));
  })
  .pipe(environment)
  .default({})
  .describe("Its environment: an object, or one text such as `NAME=value,OTHER=value`, whose values hold no comma.");

/** `A=b=c` is `b=c` under the name `A`. */
function nameAndValue(pair: string): [string, string] {
  const end = pair.indexOf("=");
  return [pair.slice(0, end).trim(), pair.slice(end + 1)];
}

const StdioServer = z
  .object({
    name: z
      .string()
      .regex(/^\s*[a-zA-Z0-9_-]+\s*$/, "must be letters, digits, _ and -")
      .trim()
      .pipe(z.string().regex(/^[a-zA-Z0-9_-]+$/))
      .describe("A name for it."),
    command: z
      .string()
      .regex(/^\s*\S+\s*$/, "must be one word, without arguments")
      .trim()
      .pipe(z.string().regex(/^\S+$/))
      .describe("The program."),
    args,
    env,
  })
  .meta({
    id: "McpStdioServer",
    description: "An MCP server run as a child process.",
    examples: [{ name: "files", command: "mcp-files", args: ["--root", "/data"], env: { LOG_LEVEL: "info" } }],
  });

const sseEntry = z
  .union([serverUrl, SseServer], "must be a URL, or an object with a `url`")
  .transform((entry) => (typeof entry === "string" ? { url: entry } : entry))
  .pipe(SseServer);

const shttpEntry = z
  .union([serverUrl, ShttpServer], "must be a URL, or an object with a `url`")
  .transform((entry) => (typeof entry === "string" ? { url: entry } : entry))
  .pipe(ShttpServer);

export const McpConfig = z
  .strictObject({
    sse_servers: z.array(sseEntry).default([]).describe("Servers reached by server-sent events; a text is the URL."),
    stdio_servers: z.array(StdioServer).default([]).describe("Servers run as child processes."),
    shttp_servers: z.array(shttpEntry).default([]).describe("Servers reached by streamable HTTP; a text is the URL."),
  })
  .meta({
    id: "McpConfig",
    description: "The MCP servers that the agent may use. What was sent in a short form is shown in the long one.",
    examples: [{ sse_servers: [], stdio_servers: [], shttp_servers: [] }],
  });
export type McpConfig = z.output<typeof McpConfig>;
