import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { operations } from "../../../generated/server/operations.ts";
import { caller } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const root = join(import.meta.dirname, "../../..");
const open = await startServer({ after });
const closed = await startServer({ after }, { env: { ENABLE_V1: "off" } });
const gated = operations.filter(({ gate }) => gate === "v1");

test("there is something behind the gate", () => {
  assert.ok(gated.some(({ path }) => path === "/api/v1/users/me"));
});

for (const { id, method, path } of gated) {
  test(`rest/${id} is no operation behind a closed gate, and is one behind an open gate`, async () => {
    for (const key of [closed.key, null])
      assertRefused(await caller(closed)(method, path, { key }), 404, "route_not_found");
    assertRefused(await caller(closed)("OPTIONS", path), 404, "route_not_found");
    assertRefused(await caller(closed)("PUT", path), 404, "route_not_found");
    const { body } = await caller(open)(method, path);
    assert.notEqual(body?.code, "route_not_found");
  });
}

test("the configuration tells clients whether the gate is open", async () => {
  const flags = async (server: typeof open) =>
    (await caller(server)("GET", "/api/options/config", { key: null })).body.FEATURE_FLAGS.ENABLE_V1;
  assert.deepEqual([await flags(open), await flags(closed)], [true, false]);
});

for (const name of ["openapi.yaml", "asyncapi.yaml"]) {
  test(`${name} is served byte for byte as it is published`, async () => {
    const answer = await fetch(`${open.url}/${name}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/yaml; charset=utf-8");
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(join(root, name)));
  });

  test(`${name} does not mention what is behind a closed gate`, async () => {
    const text = await (await fetch(`${closed.url}/${name}`)).text();
    assert.doesNotMatch(text, /\/api\/v1|x-gate: v1|users\.me|\bUserInfo\b/);
    assert.ok(parse(text));
  });
}

test("a document holds exactly the operations that are served, and those that say when they are", async () => {
  for (const server of [open, closed]) {
    const { paths } = parse(await (await fetch(`${server.url}/openapi.yaml`)).text());
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    const served = operations
      .filter(({ gate }) => gate !== "v1" || server === open)
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:([a-z_]+)/g, "{$1}")}`);
    assert.deepEqual(documented.toSorted(), served.toSorted());
  }
});
