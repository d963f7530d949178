// What is written once is everywhere, and nothing else is: the contract's operations are the documents', the generated table's,
// the mounted routes, the client's functions and what the conformance runner has cases for. The same for channels.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createClient } from "../../client/index.ts";
import { loadDocument } from "../../conformance/documents.ts";
import { channelsOf } from "../../conformance/messages.ts";
import { operationsOf as documentedOperations } from "../../conformance/operations.ts";
import type { Operation } from "../../conformance/operations.ts";
import { phasesOf } from "../../conformance/phases/index.ts";
import { createWorld } from "../../conformance/run.ts";
import { unitsOf } from "../../conformance/units.ts";
import type { World } from "../../conformance/world.ts";
import { channels, contract, operationsOf } from "../../contract/index.ts";
import { operations as table } from "../../generated/server/operations.ts";
import { temporaryFolder } from "../support/start-server.ts";
import { appOnFailingPorts } from "./situations/failing-app.ts";

const promised = operationsOf(contract);
const ids = promised.map(({ id }) => id).toSorted();
/** Whether it sends a browser elsewhere, which no program asks for. */
const isForBrowsers = (id: string): boolean =>
  inDocument.some((operation) => operation.id === id && operation.responses.some(({ status }) => status === 302));
/** `/a/:b` of the contract as the document writes it. */
const documented = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");
const address = (method: string, path: string): string => `${method} ${documented(path)}`;

const published = async (kind: "openapi" | "asyncapi") =>
  loadDocument(kind, fileURLToPath(new URL(`../../${kind}.yaml`, import.meta.url)), 0);

let inDocument: Operation[];
before(async () => {
  inDocument = documentedOperations(await published("openapi"));
});

test("the document has the operations of the contract, with their methods and paths", () => {
  const ours = promised.map(({ id, operation }) => `${id} ${address(operation.method, operation.path)}`);
  assert.deepEqual(inDocument.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted(), ours.toSorted());
});

test("the generated table has them", () => {
  assert.deepEqual(
    table.map(({ id, method, path }) => `${id} ${address(method, path)}`).toSorted(),
    promised.map(({ id, operation }) => `${id} ${address(operation.method, operation.path)}`).toSorted(),
  );
});

test("the server mounts a route for each of them, with its handler, and no other but pages and documents", async (t) => {
  const app = appOnFailingPorts(await temporaryFolder(t)); // with all gates open; a handler that is missing throws
  const routes = app.router.stack.flatMap(({ route }) => {
    const { path = "", stack = [] } = route ?? {};
    const methods = [...new Set(stack.map(({ method }) => method.toUpperCase()))];
    if (methods.includes("TRACE")) return []; // it answers every method alike: the 405 of a path
    return methods.flatMap((method) => [path].flat().map((each: unknown) => address(method, String(each))));
  });
  const operations = promised.map(({ operation }) => address(operation.method, operation.path));
  assert.deepEqual(
    operations.filter((operation) => !routes.includes(operation)),
    [],
    "mounted",
  );
  const others = routes.filter((route) => !operations.includes(route));
  assert.deepEqual(
    others.filter((route) => !route.startsWith("GET ") || route.startsWith("GET /api/")),
    [],
    "nothing else below /api, and nothing else that could change anything",
  );
});

test("the client has a function for each of them that is no page for browsers, and no other", () => {
  const client = createClient({ baseUrl: "http://127.0.0.1:1" });
  const functions = Object.entries(client).flatMap(([resource, calls]) =>
    Object.entries(calls).map(([name, call]) => (typeof call === "function" ? `${resource}.${name}` : "")),
  );
  assert.deepEqual(
    functions.toSorted(),
    ids.filter((id) => !isForBrowsers(id)),
  );
});

test("the document of the sockets has the channels of the contract, with their messages in both directions", async () => {
  const inAsyncapi = channelsOf(await published("asyncapi"));
  assert.deepEqual(
    inAsyncapi.map(({ name, address: at, messages }) => [name, at, messages.map((message) => message.name).toSorted()]),
    Object.entries(channels).map(([name, { address: at, messages }]) => [
      name,
      documented(at),
      Object.keys(messages).toSorted(),
    ]),
  );
});

test("the conformance runner has cases for each operation, with the gates on and off, and for each channel and message", async (t) => {
  const names = (await Promise.all([true, false].map(async (open) => casesWith(t, open)))).flat();
  const about = (prefix: string): boolean => names.some((name) => name.startsWith(prefix));
  for (const id of ids) assert.ok(about(`rest/${id}/`), `rest/${id}/`);
  for (const [name, { messages }] of Object.entries(channels))
    for (const message of Object.keys(messages)) assert.ok(names.includes(`socket/${name}/${message}`), message);
  const known = new Set(ids);
  const strangers = names
    .flatMap((name) => /^rest\/([a-z]\w*\.\w+)\//i.exec(name)?.[1] ?? [])
    .filter((id) => !known.has(id));
  assert.deepEqual(strangers, [], "and for no other");
});

async function casesWith(t: Parameters<typeof temporaryFolder>[0], open: boolean): Promise<string[]> {
  const server = appOnFailingPorts(await temporaryFolder(t)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const at = server.address();
  const url = `http://127.0.0.1:${typeof at === "object" ? at?.port : ""}`;
  const openapi = fileURLToPath(new URL("../../openapi.yaml", import.meta.url));
  const asyncapi = fileURLToPath(new URL("../../asyncapi.yaml", import.meta.url));
  try {
    const world: World = await createWorld({ url, key: "oh_any", openapi, asyncapi, v1: open, oidc: open }, Date.now());
    const units = unitsOf([...world.operations.values()], world.channels, world.gates);
    return phasesOf(units, world).flatMap(({ cases }) => cases.map(({ name }) => name));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
