// A page with the hooks, in a browser, over a server that is restarted while they listen.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import type { Call } from "../../support/api.ts";
import { bundle, openBrowser, openScript } from "../../support/browser.ts";
import { untilState } from "../../support/conversation.ts";
import { startServer } from "../../support/start-server.ts";

const root = join(import.meta.dirname, "../../..");

/** The page: logged in by a cookie, so that the address is all that the hooks need. What they say is left for the test. */
const app = (url: string, key: string, id: string) => `
  import { StrictMode } from "react";
  import { createRoot } from "react-dom/client";
  import { createClient } from "./client/index.ts";
  import { useConversation, useWebSocket } from "./client/react/index.ts";

  const withCookie = (address, init) => fetch(address, { ...init, credentials: "include" });
  await createClient({ baseUrl: "${url}", fetch: withCookie }).sessions.login({ body: { api_key: "${key}" } });

  const reconnecting = [];
  function App() {
    const raw = useWebSocket("${url.replace("http", "ws")}/sockets/events/${id}");
    const conversation = useConversation("${id}", { baseUrl: "${url}" });
    reconnecting.push(raw.isReconnecting);
    globalThis.hooks = { raw, conversation, reconnecting };
    return null;
  }
  createRoot(document.getElementById("root")).render(<StrictMode><App /></StrictMode>);
`;

/** What a hook has, as the test reads it from the page. */
interface Seen {
  readonly isConnected: boolean;
  readonly state: string;
  readonly reconnected: boolean;
  readonly error: string | null;
  /** The ids of the events that `useWebSocket` has, and those that `useConversation` has. */
  readonly raw: number[];
  readonly events: number[];
}

function look(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    // oxlint-disable-next-line typescript/no-explicit-any -- it is whatever the page has left there
    const { raw, conversation, reconnecting } = (globalThis as any).hooks;
    const frames = raw.messages.map((text: string) => JSON.parse(text)).flat();
    const ids = frames.flatMap(
      (frame: Record<string, { id: number }>) => frame["action"]?.id ?? frame["observation"]?.id ?? [],
    );
    return {
      isConnected: raw.isConnected,
      state: conversation.state,
      reconnected: reconnecting.includes(true),
      error: raw.error && String(raw.error),
      raw: ids,
      events: conversation.events.map(({ id }: { id: number }) => id),
    };
  });
}

test("the hooks: survive a restart of the server in the middle of the conversation", async (t) => {
  const env = { LLM_MODEL: "test/echo" };
  let server = await startServer(t, { env });
  const { url, key, dataDir } = server;
  const call: Call = (...request) => caller(server)(...request);
  const id = await createConversation(call);
  const { page, errors } = await openScript(t, await openBrowser(t), await bundle(app(url, key, id), root));
  const isUp = async () => {
    const { isConnected, state } = await look(page);
    return isConnected && state === "open";
  };
  await page.waitForFunction(() => "hooks" in globalThis);
  await until(isUp);

  /** Says something by each hook. @returns once the page's own `send` has its acknowledgement */
  const say = (content: string) =>
    page.evaluate(async (text) => {
      // oxlint-disable-next-line typescript/no-explicit-any -- it is whatever the page has left there
      await (globalThis as any).hooks.conversation.send({ action: "message", args: { content: text } });
    }, content);

  await page.evaluate(() => {
    // oxlint-disable-next-line typescript/no-explicit-any -- it is whatever the page has left there
    (globalThis as any).hooks.raw.sendMessage(JSON.stringify({ message: "你好，代理" }));
  });
  // The hooks have a connection each: which is faster is nobody's promise.
  await until(async () => (await allEvents(call, id)).some(({ args }) => args?.content === "你好，代理"));
  await say("before");
  const stopped = server.stop();
  const during = say("during");
  await stopped;
  await until(async () => !(await isUp()));
  server = await startServer(t, { env: { ...env, PORT: new URL(url).port }, dataDir, key });
  await during;
  await say("after");
  await until(isUp);

  await until(async () => {
    const log = await untilState(call, id, "awaiting_user_input");
    const said = log.filter(({ source, action }) => source === "user" && action === "message");
    return said.length >= 4 && said.every((message) => log.some(({ cause }) => cause === message.id));
  });
  const log = await allEvents(call, id);
  await until(async () => {
    const { raw, events } = await look(page);
    return raw.length >= log.length && events.length >= log.length;
  });
  const seen = await look(page);
  const ids = log.map((event) => event.id);
  assert.deepEqual([seen.raw, seen.events], [ids, ids], "each event once, in order");
  const said = log.filter(({ source, action }) => source === "user" && action === "message");
  assert.deepEqual(
    said.map(({ args }) => args.content),
    ["你好，代理", "before", "during", "after"],
  );
  assert.deepEqual([seen.reconnected, seen.error, errors], [true, null, []]);
});
