// Who may do what, for every operation and every channel of the contract, however the caller proves who it is. The cells come
// from the contract: a new operation is in the matrix without anybody adding it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { WebSocket } from "ws";
import { channels, contract, errorCatalogue, operationsOf, securitySchemes } from "../../contract/index.ts";
import type { ErrorCode, NamedOperation } from "../../contract/index.ts";
import { caller } from "../support/api.ts";
import { addUser } from "../support/cli.ts";
import { absentValues, exampleRequest, isOwned, makeValues } from "../support/example-request.ts";
import type { ExampleRequest } from "../support/example-request.ts";
import { startServer } from "../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const stranger = await addUser(server, "stranger");

/** What proves who a caller is: a key, and the cookie of a session. */
interface Proof {
  readonly key: string;
  readonly cookie: string;
}

/** The ways that a proof can go. */
const carriers = {
  bearer: ({ key }: Proof) => ({ Authorization: `Bearer ${key}` }),
  [securitySchemes.sessionApiKey.name]: ({ key }: Proof) => ({ [securitySchemes.sessionApiKey.name]: key }),
  cookie: ({ cookie }: Proof) => ({ Cookie: cookie, Origin: server.url }),
} as const;

async function newKey(body: object = {}): Promise<{ id: string; key: string }> {
  return (await call("POST", "/api/keys", { body })).body;
}

async function logIn(api_key: string): Promise<string> {
  const { headers } = await call("POST", "/api/login", { key: null, body: { api_key } });
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** Sessions and keys whose time is over: nobody waits for it. */
async function expired(): Promise<Proof> {
  const [forKey, forSession] = [await newKey(), await newKey()];
  const cookie = await logIn(forSession.key);
  const database = new DatabaseSync(join(server.dataDir, "openhands.sqlite"), { timeout: 5000 });
  const past = "2020-01-01T00:00:00.000Z";
  database.prepare("UPDATE api_keys SET expires_at = ? WHERE id = ?").run(past, forKey.id);
  database.prepare("UPDATE sessions SET expires_at = ? WHERE api_key_id = ?").run(past, forSession.id);
  database.close();
  return { key: forKey.key, cookie };
}

async function revoked(): Promise<Proof> {
  const { id, key } = await newKey();
  const cookie = await logIn(server.key);
  await call("POST", "/api/logout", { key: null, headers: { Cookie: cookie, Origin: server.url } });
  await call("DELETE", `/api/keys/${id}`);
  return { key, cookie };
}

/** A session each: it may be used up. */
async function proofOf(key: string): Promise<Proof> {
  return { key, cookie: await logIn(key) };
}

const cookieNamed = (value: string) => `${securitySchemes.sessionCookie.name}=${value}`;
const invalid: Readonly<Record<string, Proof>> = {
  malformed: { key: "no key: {}", cookie: cookieNamed("%E0%A4%A") },
  wrong: {
    key: `oh_${randomBytes(32).toString("base64url")}`,
    cookie: cookieNamed(randomBytes(32).toString("base64url")),
  },
  expired: await expired(),
  revoked: await revoked(),
};
const { key: readOnly } = await newKey({ scope: "read" });

/** An answer, to the byte. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: readonly string[];
}

async function send(
  { method, path, body }: ExampleRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      "X-Request-ID": "matrix",
      ...(typeof body === "string" && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text(), headers: [...answer.headers.keys()] };
}

async function sendAsOwner(request: ExampleRequest): Promise<Record<string, unknown>> {
  const { status, text } = await send(request, carriers.bearer({ key: server.key, cookie: "" }));
  assert.ok(status < 300, `${request.method} ${request.path} makes what the matrix needs: ${status} ${text}`);
  return JSON.parse(text);
}

function assertRefused({ status, text }: Answer, code: ErrorCode, cell: string): void {
  assert.equal(status, errorCatalogue[code].status, `${cell}: ${text}`);
  const body = JSON.parse(text);
  assert.deepEqual([body.success, body.code, body.request_id], [false, code, "matrix"], cell);
}

/** An answer to somebody who may ask: a documented one, and none of those that say who may not. */
function assertAdmitted({ status, text }: Answer, { operation }: NamedOperation, cell: string): void {
  const { definition, metadata } = operation;
  assert.ok(status !== 401 && status !== 403, `${cell}: ${status} ${text}`);
  if (status >= 400) {
    const code: ErrorCode = JSON.parse(text).code;
    assert.ok(metadata.errors.includes(code), `${cell}: ${status} ${text}`);
  } else assert.ok(status in definition.responses || status === 200, `${cell}: ${status}`);
}

const operations = operationsOf(contract);
const isGone = ({ operation }: NamedOperation) => operation.metadata.deprecation?.state === "gone";
const forUsers = operations.filter((named) => named.operation.metadata.security === "user" && !isGone(named));
const others = operations.filter((named) => !forUsers.includes(named));

test("the matrix has rows", () => {
  assert.ok(forUsers.length > 25);
  assert.ok(forUsers.some(({ operation }) => operation.metadata.scope === "read"));
});

for (const named of forUsers) {
  const { id, operation } = named;

  test(`rest/${id}: nobody, and whose proof is not good`, async () => {
    const request = exampleRequest(named, await makeValues(operation.path, sendAsOwner));
    assertRefused(await send(request, {}), "unauthenticated", "no credential");
    for (const [state, proof] of Object.entries(invalid)) {
      for (const [carrier, headersOf] of Object.entries(carriers))
        assertRefused(await send(request, headersOf(proof)), "invalid_credentials", `${state} ${carrier}`);
    }
  });

  test(`rest/${id}: who may only read`, async () => {
    for (const [carrier, headersOf] of Object.entries(carriers)) {
      const request = exampleRequest(named, await makeValues(operation.path, sendAsOwner));
      const answer = await send(request, headersOf(await proofOf(readOnly)));
      if (operation.metadata.scope === "write") assertRefused(answer, "scope_insufficient", carrier);
      else assertAdmitted(answer, named, carrier);
    }
  });

  if (operation.method !== "GET")
    test(`rest/${id}: whose cookie another page sends`, async () => {
      const request = exampleRequest(named, await makeValues(operation.path, sendAsOwner));
      const Cookie = await logIn(server.key);
      for (const origin of [{}, { Origin: "https://evil.example" }])
        assertRefused(await send(request, { Cookie, ...origin }), "origin_forbidden", JSON.stringify(origin));
    });

  if (isOwned(operation.path))
    test(`rest/${id}: another user's is as absent`, async () => {
      const values = await makeValues(operation.path, sendAsOwner);
      const absent = exampleRequest(named, absentValues(values));
      const ownAbsence = await send(absent, carriers.bearer({ key: server.key, cookie: "" }));
      assertAdmitted(ownAbsence, named, "absent");
      assert.ok(ownAbsence.status >= 400, `absent: ${ownAbsence.text}`);
      const proof = await proofOf(stranger);
      for (const [carrier, headersOf] of Object.entries(carriers)) {
        const foreign = await send(exampleRequest(named, values), headersOf(proof));
        assert.deepEqual(foreign, await send(absent, headersOf(proof)), carrier);
        assert.deepEqual([foreign.status, foreign.text], [ownAbsence.status, ownAbsence.text], carrier);
      }
    });
}

for (const named of others) {
  test(`rest/${named.id}: whoever asks gets the same`, async () => {
    const request = exampleRequest(named);
    const { status } = await send(request, {});
    for (const [state, proof] of Object.entries({ ...invalid, good: await proofOf(server.key) })) {
      for (const [carrier, headersOf] of Object.entries(carriers))
        assert.equal((await send(request, headersOf(proof))).status, status, `${state} ${carrier}`);
    }
  });
}

/** Why a socket was closed; null when it was admitted, which the first frame says. */
type Refusal = { readonly code: number; readonly reason: string } | null;

function connect(path: string, query: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) {
  const url = `${server.url.replace(/^http/, "ws")}${path}?${new URLSearchParams(query).toString()}`;
  const socket = new WebSocket(url, { headers });
  return new Promise<Refusal>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("message", () => {
      resolve(null);
      socket.terminate();
    });
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
}

const noQuery = {};
const socketCarriers: Readonly<
  Record<string, (proof: Proof) => { query: Record<string, string>; headers: Record<string, string> }>
> = {
  ...Object.fromEntries(
    Object.entries(carriers).map(([name, headersOf]) => [
      name,
      (proof: Proof) => ({ query: noQuery, headers: headersOf(proof) }),
    ]),
  ),
  query: ({ key }) => ({ query: { [securitySchemes.sessionApiKeyQuery.name]: key }, headers: {} }),
};

for (const [name, channel] of Object.entries(channels)) {
  const pathWith = (values: Readonly<Record<string, string>>) =>
    channel.address.replaceAll(/:([a-z_]+)/g, (_, parameter: string) => values[parameter] ?? "");

  test(`socket/${name}: who is let in, and what the others are told`, async () => {
    const values = await makeValues(channel.address, sendAsOwner);
    const path = pathWith(values);
    const ask = (way: string, proof: Proof, to = path) => {
      const { query, headers } = socketCarriers[way]?.(proof) ?? { query: {}, headers: {} };
      return connect(to, query, headers);
    };
    assert.equal((await connect(path, {}, {}))?.code, 4401, "no credential");
    for (const way of Object.keys(socketCarriers)) {
      for (const [state, proof] of Object.entries(invalid))
        assert.equal((await ask(way, proof))?.code, 4401, `${state} ${way}`);
      assert.equal(await ask(way, await proofOf(server.key)), null, `good ${way}`);
      assert.equal(await ask(way, await proofOf(readOnly)), null, `read-only ${way}`);
      const foreign = await ask(way, await proofOf(stranger));
      assert.equal(foreign?.code, 4404, `another user's ${way}`);
      const absent = await ask(way, await proofOf(server.key), pathWith(absentValues(values)));
      assert.deepEqual(foreign, absent, `another user's ${way}`);
    }
  });
}
