import type { Answer } from "./api.ts";
import { caller } from "./api.ts";
import { formOf, formType } from "./form.ts";
import type { FormPart } from "./form.ts";
import type { ServerProcess } from "./start-server.ts";

/** Parts of a form, from names and contents. */
export function filesOf(files: Readonly<Record<string, string | Uint8Array>>): FormPart[] {
  return Object.entries(files).map(([name, content]) => ({ name, content }));
}

/** Uploads files to a workspace. */
export function upload(
  server: Pick<ServerProcess, "url" | "key">,
  id: string,
  parts: readonly FormPart[],
): Promise<Answer> {
  const path = `/api/conversations/${id}/upload-files`;
  return caller(server)("POST", path, { raw: formOf(parts), headers: { "Content-Type": formType } });
}

/** Downloads a workspace. */
export async function download(
  server: Pick<ServerProcess, "url" | "key">,
  id: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${server.url}/api/conversations/${id}/zip-directory`, {
    headers: { Authorization: `Bearer ${server.key}`, ...headers },
  });
}
