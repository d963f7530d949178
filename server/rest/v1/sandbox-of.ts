import { validationFailed } from "../../http/errors.ts";
import type { Principal } from "../../identity/principal.ts";

/**
 * Which sandbox a request means: the one whose key it is made with, or the one that it names.
 * @throws {ApiError} `validation_failed` when it does neither
 */
export function sandboxOf({ sandboxId }: Principal, named: string | undefined): string {
  const id = named ?? sandboxId;
  if (id !== undefined) return id;
  throw validationFailed([
    { in: "query", path: "sandbox_id", message: "is missing: name the sandbox, or send its session_api_key" },
  ]);
}
