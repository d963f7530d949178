import assert from "node:assert/strict";
import { test } from "node:test";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { useConversation, useWebSocket } from "../../../client/react/index.ts";

test("the hooks: can be rendered on a server, where they connect to nothing", () => {
  function Page() {
    const { isConnected, messages } = useWebSocket("ws://127.0.0.1:1/sockets/events/a");
    const { state, events } = useConversation("a", { baseUrl: "http://127.0.0.1:1" });
    return createElement("p", null, `${isConnected} ${messages.length} ${state} ${events.length}`);
  }
  assert.equal(renderToString(createElement(Page)), "<p>false 0 connecting 0</p>");
});
