import * as z from "zod";
import { operation } from "../operation.ts";

const Alive = z
  .object({ status: z.literal("ok").describe("Always `ok`.") })
  .meta({ id: "Alive", description: "The process answers.", examples: [{ status: "ok" }] });

const Healthy = z.literal("OK").meta({ id: "Healthy", description: "The process answers.", examples: ["OK"] });

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
  readiness: operation({
    method: "GET",
    path: "/api/readiness",
    summary: "Is the server ready?",
    description: "For readiness probes: 503, naming the part that failed, while the server cannot take requests.",
    tag: "Health",
    since: "0.1.0",
    security: "none",
    rateLimit: "exempt",
    responses: { 200: Readiness },
    errors: ["not_ready"],
    example: { response: { status: "ok", components: { store: "ok" } } },
  }),
};
