import type { ActionRequest, AgentState } from "../../../contract/index.ts";
import { ApiError } from "../../api-error.ts";
import type { ConversationService } from "../../conversations/conversation-service.ts";
import type { ServerHandlers } from "../../http/router.ts";
import type { Principal } from "../../identity/principal.ts";

const done = { status: 200, body: { success: true } } as const;

export function agentControlHandlers(conversations: ConversationService): ServerHandlers["agentControl"] {
  async function tell(principal: Principal, id: string, state: AgentState, reason = ""): Promise<void> {
    await conversations.act(principal, id, [become(state, reason)]);
  }

  return {
    async pause({ params }, { principal }) {
      await tell(principal, params.conversation_id, "paused").catch(unlessIdle);
      return done;
    },
    async run({ params }, { principal }) {
      const { agentState } = await conversations.get(principal, params.conversation_id);
      const next = agentState === "awaiting_user_confirmation" ? "user_confirmed" : "running";
      await tell(principal, params.conversation_id, next).catch(unlessIdle);
      return done;
    },
    async respondToConfirmation({ params, body }, { principal }) {
      const [state, reason] = body.accept
        ? (["user_confirmed", ""] as const)
        : (["user_rejected", body.reason] as const);
      await tell(principal, params.conversation_id, state, reason);
      return done;
    },
  };
}

function become(agent_state: AgentState, thought: string): ActionRequest {
  return { action: "change_agent_state", args: { agent_state, thought } };
}

/** An agent that cannot be paused, or run, now is as it is wished. */
function unlessIdle(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== "agent_state_conflict") throw error;
}
