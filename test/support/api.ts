/** An answer as tests look at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON body. Tests look at whatever the server sent, so it has no type. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  /** Sent as a bearer token; none when null. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

/** Calls a server with plain fetch. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Far more than any answer takes: fetch itself would wait five minutes, and not say for what. */
const patienceMs = 60_000;

/** @param server where to call, and the key to use where a call names none */
export function caller(server: { url: string; key: string }): Call {
  return async (method, path, { key = server.key, headers = {}, body, raw } = {}) => {
    const answer = await fetch(server.url + path, {
      signal: AbortSignal.timeout(patienceMs),
      method,
      headers: {
        ...(key !== null && { Authorization: `Bearer ${key}` }),
        ...((body !== undefined || raw !== undefined) && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(raw !== undefined && { body: raw }),
    }).catch((cause: unknown) => {
      throw new Error(`${method} ${path} was not answered`, { cause });
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
}

/** Creates a conversation and waits until it takes messages; where none is sent with it, until its log is at rest. */
export async function createConversation(call: Call, body: object = {}, key?: string): Promise<string> {
  const created = await call("POST", "/api/conversations", { body, ...(key !== undefined && { key }) });
  if (created.status !== 200)
    throw new Error(`creating a conversation gave ${created.status}: ${JSON.stringify(created.body)}`);
  const id: string = created.body.conversation_id;
  await until(async () => {
    const { body: conversation } = await call("GET", `/api/conversations/${id}`, { ...(key !== undefined && { key }) });
    return conversation.status !== "STARTING";
  });
  if (!("initial_user_msg" in body)) {
    const last = `/api/conversations/${id}/events?reverse=true&limit=1`;
    await until(async () => {
      const { body: page } = await call("GET", last, { ...(key !== undefined && { key }) });
      return page.events[0]?.extras?.agent_state !== "loading" && page.events[0]?.observation === "agent_state_changed";
    });
  }
  return id;
}

/** All events of a conversation, over as many pages as it takes. */
export async function allEvents(call: Call, id: string): Promise<Answer["body"][]> {
  const events: Answer["body"][] = [];
  for (let more = true; more;) {
    const { body } = await call("GET", `/api/conversations/${id}/events?limit=100&start_id=${events.length}`);
    events.push(...body.events);
    more = body.has_more;
  }
  return events;
}

/** The id of the last event of a conversation; -1 when there is none. */
export async function lastEventId(call: Call, id: string): Promise<number> {
  const { body } = await call("GET", `/api/conversations/${id}/events?limit=1&reverse=true`);
  return body.events[0]?.id ?? -1;
}

/** Has an action carried out. @returns its observation */
export async function perform(call: Call, id: string, action: object): Promise<Answer["body"]> {
  const added = await call("POST", `/api/conversations/${id}/events`, { body: action });
  if (added.status !== 200) throw new Error(`adding an action gave ${added.status}: ${JSON.stringify(added.body)}`);
  const [cause] = added.body.event_ids;
  let observation: Answer["body"];
  await until(async () => {
    const { body } = await call("GET", `/api/conversations/${id}/events?start_id=${cause + 1}&limit=100`);
    observation = body.events.find((event: Answer["body"]) => event.cause === cause);
    return observation !== undefined;
  });
  return observation;
}

/**
 * Waits for something to become true.
 * @throws after half a minute; no test is about how long it takes
 */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not true within half a minute: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
