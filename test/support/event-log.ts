import type { ActionRequest, AgentState, EventSource } from "../../contract/index.ts";
import { ActionRequest as ActionRequestSchema } from "../../contract/index.ts";
import { draftAction, draftObservation } from "../../server/conversations/event-draft.ts";
import type { Observation } from "../../server/conversations/event-draft.ts";
import { createLocalEventBus } from "../../server/conversations/event-bus.ts";
import { createEventLog } from "../../server/conversations/event-log.ts";
import type { Masks } from "../../server/conversations/event-log.ts";
import type { ConversationRecord, EventDraft, Store } from "../../server/store/store.ts";
import { cleanUp } from "./start-server.ts";
import type { Cleanup } from "./start-server.ts";
import { sqlite } from "./stores.ts";

/** Hides nothing. */
export const noMasks: Masks = { of: () => Promise.resolve(null), ofNew: () => Promise.resolve(null), forget: () => {} };

/** Lets anything be appended. */
export const anyway = (): void => {};

/** A store of its own, with a user and an event log over it, without a server. */
export async function temporaryLog(t: Cleanup, side = sqlite) {
  const place = await side.place(t);
  const store = await place.open(() => "2026-11-22T10:15:30.123Z");
  cleanUp(t, () => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: "2026-11-22T10:15:30.123Z" });
  const bus = createLocalEventBus();
  return { store, bus, log: createEventLog(store, bus, noMasks) };
}

/** Stores a conversation. @param id 32 hexadecimal digits in a server; any text here */
export async function plantConversation(store: Store, id: string): Promise<ConversationRecord> {
  const record: ConversationRecord = {
    id,
    userId: "user",
    title: "A test's",
    status: "RUNNING",
    repository: null,
    branch: null,
    gitProvider: null,
    trigger: null,
    createdAt: "2026-11-22T10:15:30.123Z",
    updatedAt: null,
    lastEventId: -1,
    agentState: null,
    replayedUntil: -1,
    version: "V0",
    sandboxId: "s",
    parentId: null,
    llmModel: null,
    agentType: "default",
    prNumbers: [],
  };
  await store.conversations.insert(record, []);
  return record;
}

/** An action with its defaults filled in. */
export function actionDraft(source: EventSource, action: ActionRequest["action"], args: object = {}): EventDraft {
  return draftAction(ActionRequestSchema.parse({ action, args }), { source });
}

/** What a user says. */
export function messageDraft(content: string): EventDraft {
  return actionDraft("user", "message", { content });
}

/** What came of an action: a thought that was logged, unless another observation is given. */
export function observationDraft(
  cause: number,
  observation: Observation = { observation: "think", content: "", extras: {} },
): EventDraft {
  return draftObservation(observation, { source: "agent", cause });
}

/** That the agent's state has changed. */
export function stateDraft(agent_state: AgentState): EventDraft {
  return draftObservation(
    { observation: "agent_state_changed", content: "", extras: { agent_state, reason: "" } },
    { source: "environment" },
  );
}
