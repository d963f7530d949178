import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { trajectoryOf } from "../conversations/trajectory.ts";
import { JsonStream } from "../http/json-text.ts";
import type { ServerHandlers } from "../http/router.ts";

export function trajectoryHandlers({
  conversations,
  log,
}: {
  conversations: ConversationService;
  log: EventLog;
}): ServerHandlers["trajectory"] {
  return {
    async get({ params }, { principal }) {
      const record = await conversations.get(principal, params.conversation_id);
      return { status: 200, body: JsonStream.ofList("trajectory", trajectoryOf(log, record.id, record.lastEventId)) };
    },
  };
}
