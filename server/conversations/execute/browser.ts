import type { Observation } from "../event-draft.ts";
import { newObservation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

/** What this server answers to everything that wants a browser: it has none. */
export function browse(action: Executable<"browse" | "browse_interactive">): Observation {
  const opens = action.action === "browse";
  const instead = opens
    ? `Fetch the page with a command instead: curl -L ${JSON.stringify(action.args.url)}`
    : "Fetch pages with commands instead, such as curl -L.";
  return newObservation("browse", `This server has no browser, so nothing was opened. ${instead}`, {
    url: opens ? action.args.url : "",
    trigger_by_action: action.action,
    error: true,
    last_browser_action: opens ? "" : action.args.browser_actions,
    last_browser_action_error: "There is no browser.",
  });
}
