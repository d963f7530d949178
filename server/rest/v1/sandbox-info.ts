import type { SandboxInfo } from "../../../contract/index.ts";
import type { Origin } from "../../http/origin.ts";
import type { SandboxKeys } from "../../identity/sandbox-keys.ts";
import type { Sandbox } from "../../sandboxes/sandbox-service.ts";

/** A sandbox as its user sees it. Its key is good while it runs and when it runs again, but is shown only then. */
export function sandboxInfo(sandbox: Sandbox, keys: Pick<SandboxKeys, "of">, { url, port }: Origin): SandboxInfo {
  const runs = sandbox.status === "RUNNING";
  return {
    id: sandbox.id,
    created_by_user_id: sandbox.userId,
    sandbox_spec_id: sandbox.specId,
    status: sandbox.status,
    session_api_key: runs ? keys.of(sandbox) : null,
    exposed_urls: runs ? [{ name: "AGENT_SERVER", url, port }] : null,
    created_at: sandbox.createdAt,
  };
}
