// The matrix of who may do what (matrix.test.ts), for the tokens of an OpenID provider: every operation and every channel of
// the contract, wherever a token may stand.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SignJWT, generateKeyPair } from "jose";
import { channels, contract, operationsOf, securitySchemes } from "../../contract/index.ts";
import { caller } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { absentValues, exampleRequest, isOwned, makeValues } from "../support/example-request.ts";
import type { ExampleRequest } from "../support/example-request.ts";
import { audience, startProvider } from "../support/oidc-provider.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";

const provider = await startProvider({ after });
const server = await startServer({ after }, { env: provider.env });
const call = caller(server);
const owner = await provider.sign({ sub: "owner" });
const stranger = await provider.sign({ sub: "stranger" });

const carriers = {
  bearer: (token: string) => ({ Authorization: `Bearer ${token}` }),
  [securitySchemes.sessionApiKey.name]: (token: string) => ({ [securitySchemes.sessionApiKey.name]: token }),
};

/** Signed as the provider would, by somebody else. */
async function forged(): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  return new SignJWT({})
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt" })
    .setSubject("owner")
    .setIssuer(provider.issuer)
    .setAudience(audience)
    .setExpirationTime("1h")
    .sign(privateKey);
}

/** A good token of somebody who is not let in any more. */
async function ofDisabledUser(): Promise<string> {
  const token = await provider.sign({ sub: "leaver" });
  assert.equal((await call("GET", "/api/keys", { key: token })).status, 200);
  const name = `${provider.issuer}#leaver`;
  const { code, stderr } = await runCli(["users", "disable", name], { env: { DATA_DIR: server.dataDir } });
  assert.equal(code, 0, stderr);
  return token;
}

const invalid: Readonly<Record<string, string>> = {
  malformed: `${owner.split(".").slice(0, 2).join(".")}.`,
  wrong: await forged(),
  expired: await provider.sign({ sub: "owner", exp: Math.floor(Date.now() / 1000) - 3600 }),
  "for another audience": await provider.sign({ sub: "owner", aud: "https://elsewhere.example" }),
  revoked: await ofDisabledUser(),
};

async function send({ method, path, body }: ExampleRequest, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      "X-Request-ID": "matrix",
      ...(typeof body === "string" && { "Content-Type": "application/json" }),
      ...headers,
    },
    redirect: "manual",
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

async function sendAsOwner(request: ExampleRequest): Promise<Record<string, unknown>> {
  const { status, text } = await send(request, carriers.bearer(owner));
  assert.ok(status < 300, `${request.method} ${request.path} makes what the matrix needs: ${status} ${text}`);
  return JSON.parse(text);
}

const forUsers = operationsOf(contract).filter(
  ({ operation: { metadata } }) => metadata.security === "user" && metadata.deprecation?.state !== "gone",
);

for (const named of forUsers) {
  const { id, operation } = named;

  test(`rest/${id}: a token that is not good`, async () => {
    const request = exampleRequest(named, await makeValues(operation.path, sendAsOwner));
    for (const [state, token] of Object.entries(invalid)) {
      for (const [carrier, headersOf] of Object.entries(carriers)) {
        const { status, text } = await send(request, headersOf(token));
        assert.equal(status, 401, `${state} ${carrier}: ${text}`);
        assert.equal(JSON.parse(text).code, "invalid_credentials", `${state} ${carrier}`);
      }
    }
  });

  test(`rest/${id}: a good token, and another user's`, async () => {
    const values = await makeValues(operation.path, sendAsOwner);
    for (const [carrier, headersOf] of Object.entries(carriers)) {
      if (isOwned(operation.path)) {
        const foreign = await send(exampleRequest(named, values), headersOf(stranger));
        const absent = await send(exampleRequest(named, absentValues(values)), headersOf(stranger));
        assert.deepEqual(foreign, absent, carrier);
        assert.ok(foreign.status >= 400, `${carrier}: ${foreign.text}`);
      }
      const { status, text } = await send(exampleRequest(named, values), headersOf(owner));
      assert.ok(status !== 401 && status !== 403, `${carrier}: ${status} ${text}`);
    }
  });
}

const { name: header } = securitySchemes.sessionApiKey;
const { name: parameter } = securitySchemes.sessionApiKeyQuery;
const sockets = {
  bearer: (id: string, key: string) => openSocket(server, id, {}, { key }),
  [header]: (id: string, token: string) => openSocket(server, id, {}, { key: null, headers: { [header]: token } }),
  query: (id: string, token: string) => openSocket(server, id, { [parameter]: token }, { key: null }),
};

test("socket/events: a token that is good, one that is not, and another user's", async () => {
  const { conversation_id = "" } = await makeValues(channels.events.address, sendAsOwner);
  for (const [place, open] of Object.entries(sockets)) {
    for (const [state, token] of Object.entries(invalid))
      assert.equal((await open(conversation_id, token).closed).code, 4401, `${state} ${place}`);
    assert.equal((await open(conversation_id, stranger).closed).code, 4404, `another user's ${place}`);
    const socket = open(conversation_id, owner);
    await socket.next(({ status }) => status === "replay_complete");
    socket.close();
  }
});
