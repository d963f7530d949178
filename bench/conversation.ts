import type { ServerWorker } from "./processes.ts";

/** Calls the server as its first user. @throws when the answer is no success */
export async function call(server: ServerWorker, method: string, path: string, body?: object): Promise<Buffer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} gave ${answer.status}: ${await answer.text()}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** A conversation whose agent is in the middle of a command, so that a message costs its own event and no answer. */
export async function busyConversation(server: ServerWorker): Promise<string> {
  const message = "```sh\nsleep 3600\n```";
  const created = await json(call(server, "POST", "/api/conversations", { initial_user_msg: message }));
  const id = String(created["conversation_id"]);
  for (;;) {
    const page = await json(call(server, "GET", `/api/conversations/${id}/events?types=run`));
    if ((page["events"] as unknown[]).length > 0) return id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Says something so many times, a few at once. */
export async function fill(server: ServerWorker, id: string, messages: number, text: string): Promise<void> {
  for (let said = 0; said < messages; said += 10)
    await Promise.all(
      Array.from({ length: Math.min(10, messages - said) }, () =>
        call(server, "POST", `/api/conversations/${id}/message`, { message: text }),
      ),
    );
}

async function json(body: Promise<Buffer>): Promise<Record<string, unknown>> {
  return JSON.parse((await body).toString()) as Record<string, unknown>;
}
