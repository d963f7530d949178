import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openapiPath, operations } from "./documents.ts";
import { compile, runTool, sourcesIn, textOf, workshop } from "./workshop.ts";

// Integrators generate clients of their own. What the four generators of the field make of the document has to compile under
// `tsc --strict`, and has to know every path.

interface Generator {
  readonly name: string;
  /** Writes TypeScript into the folder. */
  generate(folder: string): Promise<unknown>;
}

/** A path as a generator may write it: each has a way of its own to put parameters in. */
function written(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`${parts.join("[^/\"'`]+")}["'\`?]`);
}

const kubbConfig = `
import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";

export default defineConfig({
  root: ".",
  input: { path: ${JSON.stringify(openapiPath)} },
  output: { path: "client", format: false, lint: false },
  plugins: [pluginOas({ validate: true }), pluginTs({ output: { path: "types" } }), pluginClient({ output: { path: "calls" }, client: "fetch", importPath: "@kubb/plugin-client/clients/fetch" })],
});
`;

const generators: readonly Generator[] = [
  {
    name: "openapi-typescript",
    generate: (folder) => runTool("openapi-typescript", [openapiPath, "-o", "api.ts"], folder),
  },
  {
    name: "hey-api",
    generate: (folder) => runTool("openapi-ts", ["-i", openapiPath, "-o", "client"], folder),
  },
  {
    name: "orval",
    generate: (folder) => runTool("orval", ["--input", openapiPath, "--output", "api.ts", "--client", "fetch"], folder),
  },
  {
    name: "kubb",
    async generate(folder) {
      await writeFile(join(folder, "kubb.config.js"), kubbConfig);
      const said = await runTool("kubb", ["generate", "--config", "kubb.config.js"], folder);
      assert.doesNotMatch(said, /Failed:/, said); // it ends with 0 although a plugin has failed
    },
  },
];

for (const { name, generate } of generators)
  test(`${name} generates a client that compiles`, async (t) => {
    const folder = await workshop(t);
    await generate(folder);
    const sources = await sourcesIn(folder);
    const text = await textOf(sources);
    const missing = (await operations()).filter(([path]) => !written(path).test(text));
    assert.deepEqual(missing, []);
    await compile(sources, folder);
  });
