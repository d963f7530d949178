import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contract, operationsOf } from "../../../contract/index.ts";
import { operations } from "../../../generated/server/operations.ts";
import { allEvents, caller, createConversation } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { formOf, formType } from "../../support/form.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { plantRepository } from "../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);
const stranger = await addUser(server, "stranger");
const absent = "0".repeat(32);
const own = await createConversation(call, { initial_user_msg: "Hello." });
const examples = new Map(operationsOf(contract).map(({ id, operation }) => [id, operation.metadata.example]));

/**
 * Every operation on one conversation: a new one is covered without anybody adding it. One that names the sandbox as well is
 * about that first; webhooks.test.ts has it.
 */
const onConversations = operations.filter(
  ({ path }) => path.includes(":conversation_id") && !path.includes(":sandbox_id"),
);

test("there are operations on conversations", () => {
  assert.ok(onConversations.length >= 9);
});

for (const { id, method, path } of onConversations) {
  const { body, query = {}, upload } = examples.get(id)?.request ?? {};
  const ask = (conversation: string, key: string) =>
    call(method, `${path.replace(":conversation_id", conversation)}?${new URLSearchParams(query)}`, {
      key,
      ...(body !== undefined && { body }),
      ...(upload && { raw: formOf(upload), headers: { "Content-Type": formType } }),
    });

  test(`rest/${id} knows no conversation that does not exist`, async () => {
    assertRefused(await ask(absent, server.key), 404, "conversation_not_found");
  });

  test(`rest/${id} answers for another user's conversation as if it did not exist`, async () => {
    const foreign = await ask(own, stranger);
    const none = await ask(absent, stranger);
    assertRefused(foreign, 404, "conversation_not_found");
    assert.equal(withoutId(foreign.body), withoutId(none.body));
    assert.deepEqual([...foreign.headers.keys()], [...none.headers.keys()]);
  });
}

test("a stranger's attempts leave nothing behind", async () => {
  const { body } = await call("GET", `/api/conversations/${own}`);
  assert.deepEqual([body.title, body.status], [`Conversation ${own.slice(0, 5)}`, "RUNNING"]);
  const events = await allEvents(call, own);
  assert.deepEqual(
    events.filter(({ source, action }) => source === "user" && action === "message").map(({ args }) => args.content),
    ["Hello."],
  );
});

test("nobody sees another user's conversations in the list", async () => {
  const mine = await createConversation(call, {}, stranger);
  const ids = async (key: string) =>
    (await call("GET", "/api/conversations", { key })).body.results.map(
      ({ conversation_id }: { conversation_id: string }) => conversation_id,
    );
  assert.deepEqual(await ids(stranger), [mine]);
  assert.deepEqual(await ids(server.key), [own]);
});

test("nobody sees another user's conversations among those that write microagents", async () => {
  const repository = pathToFileURL(join(await temporaryFolder({ after }), "project"));
  await plantRepository(fileURLToPath(repository));
  const { href } = repository;
  const mine = await createConversation(call, { create_microagent: { repo: href } }, stranger);
  const query = new URLSearchParams({ selected_repository: href });
  const ids = async (key: string) =>
    (await call("GET", `/api/microagent-management/conversations?${query}`, { key })).body.results.map(
      ({ conversation_id }: { conversation_id: string }) => conversation_id,
    );
  assert.deepEqual([await ids(stranger), await ids(server.key)], [[mine], []]);
});

test("a page that continues another user's list shows the caller's own", async () => {
  await createConversation(call);
  const { body } = await call("GET", "/api/conversations?limit=1");
  const page = await call("GET", `/api/conversations?page_id=${body.next_page_id}`, { key: stranger });
  assert.equal(page.status, 200);
  for (const { conversation_id } of page.body.results)
    assert.equal((await call("GET", `/api/conversations/${conversation_id}`, { key: stranger })).status, 200);
});

test("settings belong to one user", async () => {
  await call("POST", "/api/settings", { body: { language: "de" } });
  assertRefused(await call("GET", "/api/settings", { key: stranger }), 404, "settings_not_found");
});

function withoutId(body: object): string {
  return JSON.stringify({ ...body, request_id: "" });
}
