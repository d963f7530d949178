// What Zod takes for MCP servers, the published schema of a request takes too; the one of an answer knows no short form.
import assert from "node:assert/strict";
import { test } from "node:test";
import { McpConfig } from "../../contract/mcp.ts";
import { pointer, publishedOpenApi } from "./published.ts";

const { errorsOf } = publishedOpenApi();
const sentSchema = pointer("components", "schemas", "McpConfigInput");
const shownSchema = pointer("components", "schemas", "McpConfig");

const url = "https://mcp.example/sse";
const stdio = (fields: object) => ({ stdio_servers: [{ name: "files", command: "mcp-files", ...fields }] });

const long: readonly unknown[] = [
  { sse_servers: [{ url, api_key: "k" }], stdio_servers: [], shttp_servers: [{ url, api_key: null, timeout: null }] },
  { sse_servers: [], shttp_servers: [], ...stdio({ args: ["a b"], env: { A: "b" } }) },
];
const short: readonly unknown[] = [
  {},
  { sse_servers: [url] },
  { shttp_servers: [url, { url }] },
  stdio({}),
  stdio({ args: "--root '/my data'" }),
  stdio({ env: "A=b,C=d" }),
];
const neither: readonly unknown[] = [
  "https://mcp.example",
  { servers: [] },
  { sse_servers: [{}] },
  { sse_servers: ["no URL"] },
  { sse_servers: url },
  { shttp_servers: [{ url, timeout: 0 }] },
  stdio({ name: "a b" }),
  stdio({ command: "a b" }),
  stdio({ args: [1] }),
  stdio({ args: null }),
  stdio({ env: { "1A": "b" } }),
  stdio({ env: { A: 1 } }),
];

for (const config of [...long, ...short])
  test(`may be sent: ${JSON.stringify(config)}`, () => {
    const normalised = McpConfig.parse(config);
    assert.deepEqual(errorsOf(sentSchema, config), []);
    assert.deepEqual(errorsOf(shownSchema, normalised), []);
    assert.deepEqual(McpConfig.parse(normalised), normalised);
  });

for (const config of long)
  test(`is shown as it is: ${JSON.stringify(config)}`, () => assert.deepEqual(McpConfig.parse(config), config));

for (const config of short)
  test(`is never shown: ${JSON.stringify(config)}`, () => assert.notDeepEqual(errorsOf(shownSchema, config), []));

for (const config of neither)
  test(`is refused: ${JSON.stringify(config)}`, () => {
    assert.equal(McpConfig.safeParse(config).success, false);
    assert.notDeepEqual(errorsOf(sentSchema, config), []);
  });
