// A conversation with the agent, from the first key to the clean-up.
//   OPENHANDS_API_KEY=… npm run quickstart -- [repository]
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { connect, createClient } from "openhands-api/client";
import type { Event, EventSocket } from "openhands-api/client";

const baseUrl = process.env.OPENHANDS_URL ?? "http://127.0.0.1:3000";
const repository = process.argv[2] ?? `file://${resolve(import.meta.dirname, "..")}`;

// What is created below is deleted at the end, last things first, whatever happens in between.
await using cleanUp = new AsyncDisposableStack();

// A key of its own for this program: revoking it later harms no other.
const owner = createClient({ baseUrl, apiKey: process.env.OPENHANDS_API_KEY });
const { id: key_id, key: apiKey } = await owner.apiKeys.create({ body: { name: "quick start" } });
cleanUp.defer(async () => void (await owner.apiKeys.delete({ key_id })));

const client = createClient({ baseUrl, apiKey });
const { conversation_id } = await client.conversations.create({ body: { repository } });
cleanUp.defer(async () => void (await client.conversations.delete({ conversation_id })));
console.log(`Conversation ${conversation_id} clones ${repository}`);
await untilRunning();

// Everything that has happened so far comes first, then each event as it happens.
const socket = connect({ baseUrl, apiKey, conversationId: conversation_id });
const task = ["```sh", "git log --oneline -3", "```", "```write notes/hello.md", "# Hello", "```"].join("\n");
const sent = await socket.send({ action: "message", args: { content: task } });
await printUntilDone(socket, sent.event_id);
socket.close();

console.log("Files:", await client.files.list({ conversation_id, path: "notes" }));

// While nobody listens, the conversation goes on. Connecting again brings only what is new.
const { latestEventId } = socket;
const posted = await client.events.message({ conversation_id, body: { message: "read notes/hello.md" } });
console.log(`Connecting again after event ${latestEventId}`);
const resumed = connect({ baseUrl, apiKey, conversationId: conversation_id, latestEventId });
await printUntilDone(resumed, posted.event_id);
resumed.close();

/** The clone is made in the background; the agent takes messages once the workspace is ready. */
async function untilRunning(): Promise<void> {
  for (;;) {
    const { status } = await client.conversations.get({ conversation_id });
    if (status === "RUNNING") return;
    if (status !== "STARTING") throw new Error(`The conversation did not start: ${status}`);
    await setTimeout(300);
  }
}

/** Prints events until the agent is done with the message of this id. */
async function printUntilDone({ events }: EventSocket, messageId: number): Promise<void> {
  for await (const event of events) {
    console.log(`#${event.id} ${event.source} ${describe(event)}`);
    if (event.id > messageId && isDone(event)) return;
  }
}

function describe(event: Event): string {
  if ("action" in event) return `${event.action}: ${event.message}`;
  if (event.observation === "agent_state_changed") return `agent is ${event.extras.agent_state}`;
  return `${event.observation} -> ${event.content}`;
}

function isDone(event: Event): boolean {
  if (!("observation" in event) || event.observation !== "agent_state_changed") return false;
  return ["finished", "awaiting_user_input", "error"].includes(event.extras.agent_state);
}
