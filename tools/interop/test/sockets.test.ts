import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createRequire } from "node:module";
import { TypeScriptGenerator } from "@asyncapi/modelina";
import { Parser } from "@asyncapi/parser";
import { asyncapiPath } from "./documents.ts";
import { compile, workshop } from "./workshop.ts";

// It is CommonJS, without types.
const Generator = createRequire(import.meta.url)("@asyncapi/generator") as new (
  template: string,
  folder: string,
  options: { templateParams: Record<string, string> },
) => { generateFromString(text: string): Promise<void> };

// What the generators of AsyncAPI make of the document.

const text = await readFile(asyncapiPath, "utf8");
const { document } = await new Parser().parse(text);
assert.ok(document, "the parser accepts the document");
const messages = document.allMessages().all();

test("the HTML template makes a page that shows every message", async (t) => {
  const folder = await workshop(t);
  const generator = new Generator("@asyncapi/html-template", join(folder, "page"), {
    templateParams: { singleFile: "true" },
  });
  await generator.generateFromString(text);
  const page = await readFile(join(folder, "page/index.html"), "utf8");
  assert.ok(messages.length > 0);
  for (const message of messages) assert.ok(page.includes(message.title() ?? message.id()), message.id());
});

test("modelina makes models that compile", async (t) => {
  const folder = await workshop(t);
  const models = await new TypeScriptGenerator({
    modelType: "interface",
    rawPropertyNames: true,
  }).generateCompleteModels(document, { exportType: "named" });
  assert.ok(models.length >= messages.length, `${models.length} models`);
  const paths = await Promise.all(
    models.map(async ({ modelName, result }) => {
      const path = join(folder, `${modelName}.ts`);
      await writeFile(path, result);
      return path;
    }),
  );
  await compile(paths, folder);
});
