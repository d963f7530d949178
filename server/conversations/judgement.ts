import type { ActionRequest } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Admission, ConversationRecord, LogHead } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";
import { pastOf } from "./history.ts";
import { assertMayBecome } from "./states.ts";

/** The log has moved on since it was looked at: what is to be appended has to be judged again. */
export class MovedOnError extends Error {
  override name = "MovedOnError";
}

/**
 * Judges what a user asks for by what is stored, so that it is the same on every server, and of two requests that exclude each
 * other the second is refused.
 * @param record as it is now
 * @returns throws `agent_state_conflict`, or `MovedOnError` where it has to be asked again
 */
export async function judgementOn(
  actions: readonly ActionRequest[],
  record: ConversationRecord,
  log: EventLog,
): Promise<Admission> {
  const loops = actions.some(({ action }) => action === "loop_recovery") && (await isLooping(log, record));
  return (head) => {
    if (head.holder === null) throw new MovedOnError("Nobody runs the agent any more.");
    for (const action of actions) judge(action, head, loops, record);
  };
}

function judge(action: ActionRequest, head: LogHead, loops: boolean, record: ConversationRecord): void {
  if (action.action !== "change_agent_state" && action.action !== "loop_recovery") return;
  if (head.agentState === null || head.agentState === "loading") throw stillStarting();
  if (action.action === "change_agent_state") return assertMayBecome(action.args.agent_state, head.agentState);
  if (head.lastEventId !== record.lastEventId) throw new MovedOnError("The log has grown.");
  if (!loops) throw noLoop();
}

/** Whether the agent waits for a way out of a loop: it has said so, and nobody has said anything to that. */
async function isLooping(log: EventLog, record: ConversationRecord): Promise<boolean> {
  if (record.agentState !== "paused") return false;
  const past = pastOf(log, record);
  const [detected] = await past.find({ from: 0, types: ["loop_detection"], descending: true, limit: 1 });
  if (!detected) return false;
  const said = { from: detected.id + 1, types: ["message", "loop_recovery", "change_agent_state"], source: "user" };
  const told = { from: detected.id + 2, types: ["agent_state_changed"] }; // after the one that goes with it
  const since = await Promise.all([said, told].map((query) => past.find({ ...query, limit: 1 })));
  return since.flat().length === 0;
}

function stillStarting(): ApiError {
  return new ApiError(
    "agent_state_conflict",
    "The conversation is still starting. Wait for an `agent_state_changed` event.",
  );
}

function noLoop(): ApiError {
  return new ApiError(
    "agent_state_conflict",
    "The agent is in no loop now, so that there is nothing to recover from. A `loop_detection` observation says when it is.",
  );
}
