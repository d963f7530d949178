import assert from "node:assert/strict";
import { test } from "node:test";
import { caller, createConversation, until } from "../../../support/api.ts";
import { startProvider } from "../../../support/oidc-provider.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { openSocket } from "../../../support/socket.ts";
import { startServer } from "../../../support/start-server.ts";

const me = "/api/v1/users/me";

test("keys can change while the server runs: the new are good at once, the old no more", async (t) => {
  const provider = await startProvider(t);
  const server = await startServer(t, { env: provider.env });
  const call = caller(server);
  const old = await provider.accessToken();
  assert.equal((await call("GET", me, { key: old })).status, 200);
  await provider.rotate();
  const fresh = await provider.accessToken();
  await until(async () => {
    const answer = await call("GET", me, { key: fresh });
    if (answer.status !== 200) assertRefused(answer, 401, "invalid_credentials"); // fetched a moment ago, so not yet again
    return answer.status === 200;
  });
  const refused = await call("GET", me, { key: old });
  assertRefused(refused, 401, "invalid_credentials");
  assert.match(refused.body.error, /key that the provider does not have/);
});

test("a provider that is down is nobody's bad credentials, and stops neither the start nor what needs it not", async (t) => {
  const provider = await startProvider(t);
  const token = await provider.accessToken();
  const resume = await provider.stop();
  const server = await startServer(t, { env: provider.env });
  const call = caller(server);

  const answer = await call("GET", me, { key: token });
  assertRefused(answer, 503, "not_ready");
  assert.match(answer.body.error, /OpenID provider/);
  assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  const begun = await call("GET", "/api/login/oidc", { key: null });
  assertRefused(begun, 503, "not_ready");
  assert.equal(begun.headers.get("set-cookie"), null);

  assert.equal((await call("GET", me)).status, 200, "an API key needs no provider");
  const id = await createConversation(call);
  const { code, reason } = await openSocket(server, id, {}, { key: token }).closed;
  assert.equal(code, 1013);
  assert.match(reason, /OpenID provider/);
  const ready = await call("GET", "/api/readiness");
  assert.equal(ready.status, 200);
  assert.deepEqual(ready.body, { status: "ok", components: { store: "ok", oidc_provider: "failed" } });
  assert.match(server.output(), /the OpenID provider does not answer/);
  assert.match(server.output(), /ECONNREFUSED/, "the log says why");

  await resume();
  await until(async () => (await call("GET", me, { key: token })).status === 200);
  await until(async () => (await call("GET", "/api/readiness")).body.components.oidc_provider === "ok");
});

test("a provider that goes away is missed only when its keys are needed again", async (t) => {
  const provider = await startProvider(t);
  const server = await startServer(t, { env: provider.env });
  const call = caller(server);
  const token = await provider.accessToken();
  const ofUnknownKey = await provider.sign({}, { kid: "unknown" });
  assert.equal((await call("GET", me, { key: token })).status, 200);
  await until(async () => (await call("GET", "/api/readiness")).body.components.oidc_provider === "ok");
  await provider.stop();
  assert.equal((await call("GET", me, { key: token })).status, 200, "its keys are known");
  await until(async () => (await call("GET", me, { key: ofUnknownKey })).status === 503);
  assert.equal((await call("GET", me, { key: token })).status, 200, "and stay known");
  await until(async () => (await call("GET", "/api/readiness")).body.components.oidc_provider === "failed");
});

test("what answers for another issuer is not the provider", async (t) => {
  const provider = await startProvider(t);
  const server = await startServer(t, {
    env: { ...provider.env, OIDC_ISSUER: provider.issuer.replace("127.0.0.1", "localhost") },
  });
  assertRefused(await caller(server)("GET", me, { key: await provider.accessToken() }), 503, "not_ready");
  await until(() => /issuer does not match/.test(server.output()));
});
