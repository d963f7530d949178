import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The package whose maintainers keep the names of current language models, as a type and nowhere else. */
const cataloguePackage = "@ai-sdk/gateway";

/**
 * The names of the language models that the installed catalogue knows, `vendor/model`, sorted.
 * @throws when the package no longer has the type, or the type is no longer a union of names
 */
export async function readModelCatalogue(): Promise<string[]> {
  const { resolve } = createRequire(import.meta.url);
  const manifest = resolve(`${cataloguePackage}/package.json`);
  const { types } = JSON.parse(await readFile(manifest, "utf8")) as { types: string };
  return modelNames(await readFile(join(dirname(manifest), types), "utf8"));
}

/** The member that lets the type's users name a model that it does not know. */
const anyOther = "(string & {})";

/**
 * The members of `GatewayModelId` in a declaration file. TypeScript 7 has no API to ask, so the text is read.
 * @throws when there is no such type, and for a member that is no name
 */
export function modelNames(declarations: string): string[] {
  const [, union] = /^(?:export )?(?:declare )?type GatewayModelId\s*=([^;]*);/m.exec(declarations) ?? [];
  if (union === undefined)
    throw new Error(`${cataloguePackage} declares no type GatewayModelId. Fix: find where its model names stand now.`);
  const members = union
    .split("|")
    .map((member) => member.trim())
    .filter((member) => member !== "" && member !== anyOther);
  return [...new Set(members.map(nameOf))].toSorted();
}

function nameOf(member: string): string {
  const [, name] = /^(['"])([\w.-]+\/[\w.:-]+)\1$/.exec(member)?.slice(1) ?? [];
  if (name === undefined)
    throw new Error(`GatewayModelId of ${cataloguePackage} has the member ${member}, which is no vendor/model.`);
  return name;
}
