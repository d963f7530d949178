import assert from "node:assert/strict";
import { test } from "node:test";
import { caller, createConversation } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";

for (const side of storeSides)
  test(`whatever a server has acknowledged before it is killed is there afterwards (${side.name})`, async (t) => {
    const first = await startServer(t, { place: await side.place(t) });
    const call = caller(first);
    const [kept, deleted] = [await createConversation(call), await createConversation(call)];
    const { body: revoked } = await call("POST", "/api/keys", { body: { name: "revoked" } });
    const { body: key } = await call("POST", "/api/keys", { body: { name: "kept" } });
    const login = await call("POST", "/api/login", { key: null, body: { api_key: first.key } });
    const ended = await call("POST", "/api/login", { key: null, body: { api_key: first.key } });
    const cookieOf = ({ headers }: { headers: Headers }) => ({
      Cookie: headers.getSetCookie()[0]?.split(";")[0] ?? "",
      Origin: first.url,
    });
    const second = await addUser(first, "second");
    await call("POST", `/api/conversations/${kept}/stop`);
    const acknowledged = await Promise.all([
      call("PATCH", `/api/conversations/${kept}`, { body: { title: "Kept" } }),
      call("DELETE", `/api/conversations/${deleted}`),
      call("DELETE", `/api/keys/${revoked.id}`),
      call("POST", "/api/settings", { body: { language: "de", llm_api_key: key.key } }),
      call("POST", "/api/logout", { key: null, headers: cookieOf(ended) }),
    ]);
    assert.deepEqual(
      acknowledged.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    await first.stop("SIGKILL");

    const again = caller(await startServer(t, first));
    const { body: conversation } = await again("GET", `/api/conversations/${kept}`);
    assert.deepEqual([conversation.title, conversation.status], ["Kept", "STOPPED"]);
    assertRefused(await again("GET", `/api/conversations/${deleted}`), 404, "conversation_not_found");
    assertRefused(await again("GET", "/api/keys", { key: revoked.key }), 401, "invalid_credentials");
    assert.equal((await again("GET", "/api/keys", { key: key.key })).status, 200);
    assert.equal((await again("GET", "/api/keys", { key: second })).status, 200);
    assert.equal((await again("GET", "/api/keys", { key: null, headers: cookieOf(login) })).status, 200);
    assertRefused(await again("GET", "/api/keys", { key: null, headers: cookieOf(ended) }), 401, "invalid_credentials");
    const { body: settings } = await again("GET", "/api/settings");
    assert.deepEqual([settings.language, settings.llm_api_key_set], ["de", true]);
  });
