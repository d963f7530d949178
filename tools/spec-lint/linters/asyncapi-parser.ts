// The parser that AsyncAPI's own tools are built on: what it refuses, they cannot read.
// https://github.com/asyncapi/parser-js
import { Parser } from "@asyncapi/parser";
import { findingOf } from "./diagnostic.ts";
import type { Linter } from "./finding.ts";

const name = "asyncapi-parser";

/** `@asyncapi/parser`: the document's structure, its references and its own rules. */
export const asyncApiParser: Linter = {
  name,
  kinds: ["asyncapi"],
  async lint(document) {
    const { diagnostics, document: parsed } = await new Parser().parse(document.text);
    if (!parsed && diagnostics.length === 0) throw new Error(`${name} neither read ${document.name} nor said why.`);
    return diagnostics.map((diagnostic) => findingOf(name, diagnostic));
  },
};
