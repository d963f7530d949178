import * as z from "zod";
import { Timestamp } from "../../primitives.ts";

/** The sandbox of every example. */
export const exampleSandboxId = "9d1a4c3e8b6f7a2d1c0e9f845f0c2b7e";

/** The spec of every example, the one that there is. */
export const localSpecId = "openhands-api/local";

export const SandboxId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits")
  .meta({
    id: "SandboxId",
    description: "Identifies a sandbox: 32 lower-case hexadecimal digits.",
    examples: [exampleSandboxId],
  });

/** As a client may send it: an id of another form is of no sandbox. */
export const sandboxIdText = z.string().min(1).max(256);

export const SandboxStatus = z.enum(["STARTING", "RUNNING", "PAUSED", "ERROR", "MISSING"]).meta({
  id: "SandboxStatus",
  description: "Where a sandbox is in its life. `MISSING`: it is gone.",
  examples: ["RUNNING"],
});
export type SandboxStatus = z.infer<typeof SandboxStatus>;

const ExposedUrl = z
  .object({
    name: z
      .enum(["AGENT_SERVER", "VSCODE", "WORKER_1", "WORKER_2"])
      .describe("What is there. `AGENT_SERVER`: the socket and the operations that take the sandbox's key."),
    url: z.string().describe("Where it is. A path is on the origin that was asked."),
    port: z.int().min(1).max(65_535).describe("The port of that URL."),
  })
  .meta({
    id: "ExposedUrl",
    description: "Something that can be reached in a sandbox.",
    examples: [{ name: "AGENT_SERVER", url: "http://127.0.0.1:3000", port: 3000 }],
  });

export const SandboxInfo = z
  .object({
    id: SandboxId,
    created_by_user_id: z.string().nullable().describe("Whose it is."),
    sandbox_spec_id: z.string().describe("The spec that it was started from."),
    status: SandboxStatus,
    session_api_key: z
      .string()
      .nullable()
      .describe("The key for what is in this sandbox, and for nothing else; null unless it runs."),
    exposed_urls: z.array(ExposedUrl).nullable().describe("What can be reached in it; null unless it runs."),
    created_at: Timestamp.describe("When it was created."),
  })
  .meta({
    id: "SandboxInfo",
    description: "A workspace with its processes.",
    examples: [
      {
        id: exampleSandboxId,
        created_by_user_id: "6f1e2d3c4b5a69788796a5b4c3d2e1f0",
        sandbox_spec_id: localSpecId,
        status: "PAUSED",
        session_api_key: null,
        exposed_urls: null,
        created_at: "2026-11-22T10:15:29.000Z",
      },
    ],
  });
export type SandboxInfo = z.infer<typeof SandboxInfo>;
