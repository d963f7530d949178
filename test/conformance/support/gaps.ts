import { fileURLToPath } from "node:url";

/** The path of a file of gaps beside this one. */
export function gapsFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
