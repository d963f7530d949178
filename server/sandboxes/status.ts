import type { ConversationStatus, SandboxStatus } from "../../contract/index.ts";

/** A conversation's status as that of its sandbox: reference/v1-api.md §6, the other way round. */
export const sandboxStatuses = {
  STARTING: "STARTING",
  RUNNING: "RUNNING",
  STOPPED: "PAUSED",
  ERROR: "ERROR",
  ARCHIVED: "MISSING",
} as const satisfies Record<ConversationStatus, SandboxStatus>;

/** One that runs makes the whole run; the next of these counts where there is none. */
const precedence: readonly SandboxStatus[] = ["RUNNING", "STARTING", "PAUSED", "ERROR", "MISSING"];

/**
 * The status of a sandbox.
 * @param paused whether it was paused, which counts while there is nothing in it
 * @param conversations the statuses of those in it
 */
export function sandboxStatus(paused: boolean, conversations: readonly ConversationStatus[]): SandboxStatus {
  const here = new Set<SandboxStatus>(conversations.map((status) => sandboxStatuses[status]));
  return precedence.find((status) => here.has(status)) ?? (paused ? "PAUSED" : "RUNNING");
}
