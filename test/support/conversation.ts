import type { Answer, Call } from "./api.ts";
import { allEvents, createConversation, until } from "./api.ts";

/** A conversation that is up to something for as long as the test wants. */
export interface BusyConversation {
  readonly id: string;
  /** Lets the agent go on. */
  release(): Promise<void>;
}

/**
 * A conversation whose agent is in the middle of a command, so that what users say is appended and not answered yet: the
 * log then holds exactly what a test puts there.
 */
export async function busyConversation(call: Call): Promise<BusyConversation> {
  const message = `\`\`\`sh\n${untilFile("go")}\n\`\`\``;
  const id = await createConversation(call, { initial_user_msg: message });
  await untilEvent(call, id, ({ action }) => action === "run");
  return {
    id,
    async release() {
      await call("POST", `/api/conversations/${id}/events`, {
        body: { action: "write", args: { path: "go", content: "" } },
      });
    },
  };
}

/** A command that ends once there is such a file, or no workspace any more: nobody else ends what a killed server has begun. */
export function untilFile(path: string): string {
  return `until [ -e ${path} ] || [ ! -e "$PWD" ]; do sleep 0.02; done`;
}

/** A message of the user. */
export function say(call: Call, id: string, message: string): Promise<Answer> {
  return call("POST", `/api/conversations/${id}/message`, { body: { message } });
}

/** Any action of the user. */
export function act(call: Call, id: string, action: string, args: object): Promise<Answer> {
  return call("POST", `/api/conversations/${id}/events`, { body: { action, args } });
}

/**
 * Waits for an event of the log.
 * @param fits looked for from the first event on
 */
export async function untilEvent(
  call: Call,
  id: string,
  fits: (event: Answer["body"]) => boolean,
): Promise<Answer["body"]> {
  let found: Answer["body"];
  await until(async () => {
    found = (await allEvents(call, id)).find(fits);
    return found !== undefined;
  });
  return found;
}

/** Waits until the last event of the log says that the agent is in this state. @returns the whole log */
export async function untilState(call: Call, id: string, state: string): Promise<Answer["body"][]> {
  let events: Answer["body"][] = [];
  await until(async () => {
    events = await allEvents(call, id);
    return events.at(-1)?.extras?.agent_state === state;
  });
  return events;
}
