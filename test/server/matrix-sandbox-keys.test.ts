// The matrix of who may do what (matrix.test.ts), for the session keys of sandboxes: such a key is good for what is in its
// sandbox, and for nothing else. Every operation of the contract is walked.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { contract, operationsOf, securitySchemes } from "../../contract/index.ts";
import { caller, createConversation } from "../support/api.ts";
import { runCli, addUser } from "../support/cli.ts";
import { exampleRequest } from "../support/example-request.ts";
import type { ExampleRequest } from "../support/example-request.ts";
import { assertRefused } from "../support/refusal.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";
import { startV1 } from "../support/v1-client.ts";

const server = await startServer({ after });
const call = caller(server);

const own = await startV1(call);
const other = await startV1(call);
const [{ sandbox_id: ownSandbox }] = (await call("GET", `/api/v1/app-conversations?ids=${own.id}`)).body;
const [{ sandbox_id: otherSandbox }] = (await call("GET", `/api/v1/app-conversations?ids=${other.id}`)).body;

const { name: header } = securitySchemes.sessionApiKey;
const carriers = {
  bearer: (key: string) => ({ Authorization: `Bearer ${key}` }),
  [header]: (key: string) => ({ [header]: key }),
};

async function send({ method, path, body }: ExampleRequest, headers: Readonly<Record<string, string>>) {
  const type = typeof body === "string" && { "Content-Type": "application/json" };
  const answer = await fetch(server.url + path, {
    method,
    headers: { ...type, ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith("{") ? JSON.parse(text) : undefined };
}

const forUsers = operationsOf(contract).filter(
  ({ operation: { metadata } }) => metadata.security === "user" && metadata.deprecation?.state !== "gone",
);
const inSandbox = forUsers.filter(({ operation }) => operation.metadata.sandboxKey);

/** The example on what is in a sandbox. */
function requestIn(named: (typeof forUsers)[number], conversation: string, sandbox: string): ExampleRequest {
  const request = exampleRequest(named, { conversation_id: conversation, sandbox_id: sandbox, sandbox });
  const path = request.path.replace(/sandbox_id=[0-9a-f]+/, `sandbox_id=${sandbox}`);
  return { ...request, path };
}

test("there are operations in sandboxes, and others", () => {
  assert.ok(inSandbox.length >= 6 && inSandbox.length < forUsers.length / 2);
});

for (const named of forUsers) {
  const { id, operation } = named;
  if (operation.metadata.sandboxKey)
    test(`rest/${id}: a sandbox's key, for its own and for another one`, async () => {
      for (const [carrier, headersOf] of Object.entries(carriers)) {
        const mine = await send(requestIn(named, own.id, ownSandbox), headersOf(own.key));
        assert.ok(
          ![401, 403].includes(mine.status) && mine.body?.code !== "sandbox_not_found",
          `${carrier}: ${mine.status}`,
        );
        assert.notEqual(mine.body?.code, "conversation_not_found", carrier);
        const foreign = await send(requestIn(named, other.id, otherSandbox), headersOf(own.key));
        assert.equal(foreign.status, 404, carrier);
        assert.match(foreign.body.code, /^(sandbox|conversation)_not_found$/, carrier);
      }
    });
  else
    test(`rest/${id}: no sandbox's key`, async () => {
      for (const headersOf of Object.values(carriers))
        assertRefused(await send(requestIn(named, own.id, ownSandbox), headersOf(own.key)), 401, "invalid_credentials");
    });
}

test("socket/events: a sandbox's key opens the sockets of its conversations alone", async () => {
  const v0 = await createConversation(call);
  const [{ session_api_key: key }] = (await call("GET", `/api/v1/app-conversations?ids=${v0}`)).body;
  const socket = openSocket(server, v0, {}, { key });
  await socket.next(({ status }) => status === "replay_complete");
  socket.close();
  for (const id of [other.id, own.id]) assert.equal((await openSocket(server, id, {}, { key }).closed).code, 4404);
});

test("a sandbox's key ends with the sandbox, and with its user", async () => {
  const { id, session_api_key: key } = (await call("POST", "/api/v1/sandboxes")).body;
  const path = "/api/git/changes/%2Fworkspace%2Fproject";
  assert.equal((await call("GET", path, { key })).status, 200);
  await call("DELETE", `/api/v1/sandboxes/${id}`);
  assertRefused(await call("GET", path, { key }), 401, "invalid_credentials");
  const leaver = await addUser(server, "leaver");
  const theirs = (await call("POST", "/api/v1/sandboxes", { key: leaver })).body.session_api_key;
  assert.equal((await call("GET", path, { key: theirs })).status, 200);
  await runCli(["users", "disable", "leaver"], { env: { DATA_DIR: server.dataDir } });
  assertRefused(await call("GET", path, { key: theirs }), 401, "invalid_credentials");
});
