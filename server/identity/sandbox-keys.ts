import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { SandboxRecord, Store } from "../store/store.ts";
import type { Principal } from "./principal.ts";

/** The session keys of sandboxes. They are made when they are needed and stored nowhere. */
export interface SandboxKeys {
  /** The key of a sandbox: always the same one, while the sandbox exists. */
  of(sandbox: Pick<SandboxRecord, "id" | "keySalt">): string;
  /** @throws {ApiError} `invalid_credentials`, also when the sandbox is gone or its user disabled */
  prove(key: string): Promise<Principal>;
}

/** 256 bits in base64url, then the sandbox: an API key has no dot in it, and a JWT has two. */
const pattern = /^oh_[\w-]{43}\.(?<id>[0-9a-f]{32})$/;

/** Whether a key has the form of a sandbox's. */
export function isSandboxKey(key: string): boolean {
  return pattern.test(key);
}

/** @param secretKey the server's, 32 bytes */
export function createSandboxKeys({
  secretKey,
  store,
}: {
  secretKey: Buffer;
  store: Pick<Store, "sandboxes">;
}): SandboxKeys {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", "sandbox keys", 32)); // one key, one use: RFC 5869

  /** The salt sees to it that a sandbox that takes the id of an earlier one has another key. */
  function of({ id, keySalt }: Pick<SandboxRecord, "id" | "keySalt">): string {
    const mac = createHmac("sha256", key).update(`${id} ${keySalt}`).digest("base64url");
    return `oh_${mac}.${id}`;
  }

  return {
    of,
    async prove(presented) {
      const id = pattern.exec(presented)?.groups?.["id"] ?? "";
      const sandbox = await store.sandboxes.get(id);
      if (!sandbox || !isSame(of(sandbox), presented) || !(await store.sandboxes.usable([id])).has(id))
        throw new ApiError("invalid_credentials");
      const { userId } = sandbox;
      return { userId, via: "sandbox", scope: "write", proof: id, expiresAt: null, keysExpireBy: null, sandboxId: id };
    },
  };
}

/** Both are of the length that the pattern asks for. */
function isSame(right: string, presented: string): boolean {
  return timingSafeEqual(Buffer.from(right), Buffer.from(presented));
}
