import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { DocumentKind, SpecDocument } from "../linters/finding.ts";

const folder = mkdtempSync(join(tmpdir(), "spec-lint-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
let count = 0;

/** A document of this content, on the disk for linters that read files. */
export function documentOf(kind: DocumentKind, content: object): SpecDocument {
  const name = `${kind}.yaml`;
  count += 1;
  const path = join(folder, `${count}-${name}`);
  const text = stringify(content);
  writeFileSync(path, text);
  return { name, path, text, kind, content };
}

const contact = { name: "Somebody", url: "https://example.test", email: "somebody@example.test" };
const license = { name: "MIT", url: "https://example.test/license" };

/** An OpenAPI document with one operation that no linter has anything against, apart from `change`. */
export function openApiWith(change: { operation?: object; responses?: object } = {}): SpecDocument {
  const get = {
    operationId: "things.list",
    tags: ["Things"],
    summary: "List the things",
    description: "All of them.",
    security: [],
    responses: { 200: { description: "The things." }, 400: { description: "Not like that." } },
    ...change.operation,
  };
  return documentOf("openapi", {
    openapi: "3.1.1",
    info: { title: "Things", version: "1.0.0", description: "Things.", contact, license },
    servers: [{ url: "http://127.0.0.1:3000" }],
    tags: [{ name: "Things", description: "Things." }],
    paths: { "/things": { get: { ...get, ...(change.responses && { responses: change.responses }) } } },
  });
}

/** An AsyncAPI document with one operation that no linter has anything against but its version, apart from `operation`. */
export function asyncApiWith(operation: object = {}): SpecDocument {
  return documentOf("asyncapi", {
    asyncapi: "3.0.0",
    info: {
      title: "Things",
      version: "1.0.0",
      description: "Things.",
      contact,
      license,
      tags: [{ name: "Things", description: "Things." }],
    },
    servers: { local: { host: "127.0.0.1:3000", protocol: "ws", security: [{ type: "http", scheme: "bearer" }] } },
    channels: {
      things: {
        address: "/things",
        messages: { thing: { payload: { type: "string" } } },
        servers: [{ $ref: "#/servers/local" }],
      },
    },
    operations: {
      "things.send": {
        action: "send",
        channel: { $ref: "#/channels/things" },
        summary: "A thing",
        description: "One.",
        ...operation,
      },
    },
  });
}
