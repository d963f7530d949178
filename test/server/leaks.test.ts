// What is secret goes to whom it belongs and nowhere else: not into the log, an error or an event, whatever is asked for.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { reportText } from "../../conformance/report/terminal.ts";
import { runConformance } from "../../conformance/run.ts";
import { secretSettings, sessionCookie } from "../../contract/index.ts";
import { caller, until } from "../support/api.ts";
import { recordingProxy } from "../support/recording-proxy.ts";
import type { RecordedConnection } from "../support/recording-proxy.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";

/** How the contract writes a secret in an example. */
const exampleSecret = /\b\w+_(?:Example){3,}\b/g;

test("no credential and no secret of a whole conformance run is written or told", async (t) => {
  const server = await startServer(t, { env: { LOG_LEVEL: "trace" } });
  const proxy = await recordingProxy(t, server);
  const call = caller({ ...server, url: proxy.url });
  const marked = new Set<string>();
  const mark = () => {
    const secret = `marked_${randomBytes(24).toString("hex")}`;
    marked.add(secret);
    return secret;
  };

  const document = await (await fetch(`${server.url}/openapi.yaml`)).text();
  const openapi = join(await temporaryFolder(t), "openapi.yaml");
  await writeFile(openapi, document.replaceAll(exampleSecret, mark));
  const settings = Object.fromEntries(Object.keys(secretSettings).map((name) => [name, mark()]));
  assert.equal((await call("POST", "/api/settings", { body: settings })).status, 200);
  assert.equal((await call("POST", "/api/settings", { body: { llm_api_key: [mark()] } })).status, 400);
  assert.equal((await call("POST", "/api/secrets", { raw: `{"name": "A", "value": "${mark()}` })).status, 400);
  const report = await runConformance({ url: proxy.url, key: server.key, openapi });
  const met = report.coverage.filter(({ name }) => ["operations", "messages"].includes(name)); // that all promises are kept is another test's
  assert.deepEqual(
    met.flatMap(({ unmet }) => unmet),
    [],
    reportText(report),
  );

  await call("GET", "/alive", { headers: { "X-Request-ID": "the-last-request" } });
  await until(() => server.output().includes("the-last-request"));
  const credentials = credentialsIn(proxy.connections);
  for (const kind of ["bearer", "header", "query", "cookie", "created"] as const)
    assert.ok(credentials[kind].size > 0, `the run uses ${kind}`);
  const secrets = new Set([...marked, ...Object.values(credentials).flatMap((values) => [...values])]);
  assert.ok(secrets.has(server.key));
  assert.ok(proxy.connections.some(({ sent }) => [...marked].some((secret) => sent.includes(secret))));
  for (const secret of secrets) {
    assert.ok(!server.output().includes(secret), "a secret is in what the process wrote");
    for (const { sent, received } of proxy.connections)
      assert.ok(
        !withoutNewCredentials(received).includes(secret),
        `a secret is in the answer to ${sent.split("\r\n")[0]}`,
      );
  }
});

/** Every credential that went over the wire, right or wrong. Shorter ones are no secrets: `x`. */
function credentialsIn(connections: readonly RecordedConnection[]) {
  const find = (part: "sent" | "received", pattern: RegExp) =>
    new Set(
      connections.flatMap((connection) => [...connection[part].matchAll(pattern)].map(([, value = ""]) => value)),
    );
  return {
    bearer: find("sent", /^authorization: bearer (\S{20,})/gim),
    header: find("sent", /^x-session-api-key: (\S{20,})/gim),
    query: find("sent", /[?&]session_api_key=([^&\s]{20,})/g),
    cookie: find("received", new RegExp(`^set-cookie: ${sessionCookie}=([^;]{20,})`, "gim")),
    created: find("received", /"key":"([^"]{20,})"/g),
  };
}

/** The two places where a credential is told on purpose: a new session's cookie, and a new key. */
function withoutNewCredentials(received: string): string {
  return received.replaceAll(/^set-cookie: .*$/gim, "").replaceAll(/"key":"[^"]*"/g, "");
}
