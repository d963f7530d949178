import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** The project's root, where the published documents stand. */
export const root = join(import.meta.dirname, "../../..");

export const openapiPath = join(root, "openapi.yaml");
export const asyncapiPath = join(root, "asyncapi.yaml");

/** Every path of the OpenAPI document with each method that it has: `["/api/keys", "get"]`. */
export async function operations(): Promise<[path: string, method: string][]> {
  const methods = new Set(["get", "put", "post", "patch", "delete"]);
  const { paths } = parse(await readFile(openapiPath, "utf8")) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => methods.has(key))
      .map((method): [string, string] => [path, method]),
  );
}
