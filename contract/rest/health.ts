import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";

const Alive = z
  .object({ status: z.literal("ok").describe("Always `ok`.") })
  .meta({ id: "Alive", description: "The process answers.", examples: [{ status: "ok" }] });

const Healthy = z.literal("OK").meta({ id: "Healthy", description: "All is well.", examples: ["OK"] });

const ComponentStatus = z
  .enum(["ok", "degraded", "failed"])
  .meta({ id: "ComponentStatus", description: "How a part of the server does.", examples: ["ok"] });

const Readiness = z
  .object({
    status: z.literal("ok").describe("Always `ok`: the server takes requests."),
    components: z.record(z.string(), ComponentStatus).describe("Each part of the server and how it does."),
  })
  .meta({
    id: "Readiness",
    description: "The server is ready.",
    examples: [{ status: "ok", components: { store: "ok" } }],
  });

/** @param description what is counted */
const bytes = (description: string) => z.int().min(0).describe(`${description}, in bytes.`);
const percent = (description: string) => z.number().min(0).describe(description);

const ServerResources = z
  .object({
    cpu_percent: percent("How busy the process keeps the processor; 100 is one core."),
    memory: z
      .object({
        rss: bytes("What the process has in memory"),
        vms: bytes("Its address space; as `rss` where the system does not say"),
        percent: percent("`rss` as a share of the machine's memory."),
      })
      .describe("The memory of the process."),
    disk: z
      .object({
        total: bytes("The size"),
        used: bytes("What is in use"),
        free: bytes("What the server may still use"),
        percent: percent("`used` as a share of `used` and `free`."),
      })
      .describe("The file system that holds the data folder."),
    io: z
      .object({
        read_bytes: bytes("What the process has had read from disks"),
        write_bytes: bytes("What it has had written to disks"),
      })
      .describe("The process's use of disks since it began; caches do not count."),
  })
  .meta({
    id: "ServerResources",
    description: "What the server uses.",
    examples: [
      {
        cpu_percent: 1.5,
        memory: { rss: 104857600, vms: 1073741824, percent: 1.2 },
        disk: { total: 107374182400, used: 53687091200, free: 48318382080, percent: 52.6 },
        io: { read_bytes: 4096, write_bytes: 1048576 },
      },
    ],
  });

const ServerInfo = z
  .object({
    uptime: z.number().min(0).describe("Seconds since the process began."),
    idle_time: z
      .number()
      .min(0)
      .describe(
        "Seconds since the last request that was no probe, or the last frame of a client; since the start while there has been none.",
      ),
    resources: ServerResources,
  })
  .meta({
    id: "ServerInfo",
    description: "How long the server has run and idled, and what it uses.",
    examples: [{ uptime: 3600.5, idle_time: 12.25, resources: exampleOf(ServerResources) }],
  });

export const health = {
  alive: operation({
    method: "GET",
    path: "/alive",
    summary: "Is the process alive?",
    description: "For liveness probes: answers as long as the process can answer at all.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: Alive },
    example: { response: { status: "ok" } },
  }),
  health: operation({
    method: "GET",
    path: "/health",
    summary: "Is the process healthy?",
    description: "As `/alive`, with the JSON string that older probes expect.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: Healthy },
    example: { response: "OK" },
  }),
  serverInfo: operation({
    method: "GET",
    path: "/server_info",
    summary: "What does the server use?",
    description:
      "Figures of the process and its machine, for those who run servers. Watches the processor for a tenth of a second before it answers; those who ask meanwhile get the same figures.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: ServerInfo },
    example: { response: exampleOf(ServerInfo) },
  }),
  ready: operation({
    method: "GET",
    path: "/ready",
    summary: "Is the server ready? (older probes)",
    description: "As `/api/readiness`, with the JSON string that older probes expect.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: Healthy },
    errors: ["not_ready"],
    example: { response: "OK" },
  }),
  readiness: operation({
    method: "GET",
    path: "/api/readiness",
    summary: "Is the server ready?",
    description:
      "For readiness probes: 503, naming the part that failed, while the server cannot take requests. An OpenID provider that does not answer is listed as failed and makes no 503: API keys and sessions go on working. Nor does a Redis that does not answer, which is listed as degraded: each server counts requests by itself then.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: Readiness },
    errors: ["not_ready"],
    example: { response: { status: "ok", components: { store: "ok" } } },
  }),
};
