import type { Event } from "../../contract/index.ts";
import type { EventDraft } from "../store/store.ts";
import { jsonMembers } from "./event-draft.ts";

/**
 * The events of a trajectory, ready for the log of a new conversation: the ids are those that they get there, from 0. A
 * cause that is not among them (hidden events are not exported) is left out.
 */
export function replayDrafts(events: readonly Event[]): EventDraft[] {
  const ids = new Map(events.map(({ id }, index) => [id, index]));
  return events.map(({ id: _id, timestamp: _timestamp, cause, ...rest }) => {
    const newCause = cause === undefined ? undefined : ids.get(cause);
    const [kind, type, inner] =
      "action" in rest
        ? (["action", rest.action, rest.args] as const)
        : (["observation", rest.observation, rest.extras] as const);
    const { source, message, ...own } = rest;
    return {
      kind,
      type,
      source,
      hidden: "hidden" in inner && inner.hidden === true,
      body: jsonMembers({ source, message, ...(newCause !== undefined && { cause: newCause }), ...own }),
      ...("agent_state" in inner && kind === "observation" && { agentState: inner.agent_state }),
    };
  });
}
