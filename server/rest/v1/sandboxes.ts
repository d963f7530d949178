import { localSpec } from "../../../contract/index.ts";
import { ApiError } from "../../api-error.ts";
import { validationFailed } from "../../http/errors.ts";
import { originOf } from "../../http/origin.ts";
import type { ServerHandlers } from "../../http/router.ts";
import type { SandboxKeys } from "../../identity/sandbox-keys.ts";
import type { Sandbox, SandboxService } from "../../sandboxes/sandbox-service.ts";
import { pageOf } from "./position.ts";
import { sandboxInfo } from "./sandbox-info.ts";

export function sandboxesHandlers({
  sandboxes,
  sandboxKeys,
}: {
  sandboxes: SandboxService;
  sandboxKeys: SandboxKeys;
}): ServerHandlers["sandboxes"] {
  return {
    async search({ query }, { principal, headers }) {
      const { items, next_page_id } = await pageOf(
        query,
        (page) => sandboxes.list(principal, page),
        ({ createdAt }) => createdAt,
      );
      const body = { items: items.map((each) => sandboxInfo(each, sandboxKeys, originOf(headers))), next_page_id };
      return { status: 200, body };
    },
    async getMany({ query }, { principal, headers }) {
      const found = await sandboxes.many(principal, query.id);
      return { status: 200, body: found.map((each) => each && sandboxInfo(each, sandboxKeys, originOf(headers))) };
    },
    async start({ query }, { principal, headers, receiptOf }) {
      if ((query.sandbox_spec_id ?? localSpec.id) !== localSpec.id) throw new ApiError("sandbox_spec_not_found");
      const answer = (sandbox: Sandbox) =>
        ({ status: 200, body: sandboxInfo(sandbox, sandboxKeys, originOf(headers)) }) as const;
      return answer(await sandboxes.start(principal, (sandbox) => receiptOf(answer(sandbox))));
    },
    async pause({ params }, { principal }) {
      await sandboxes.pause(principal, params.sandbox_id);
      return { status: 200, body: { success: true } };
    },
    async resume({ params }, { principal }) {
      await sandboxes.resume(principal, params.sandbox_id);
      return { status: 200, body: { success: true } };
    },
    async delete({ params, query }, { principal }) {
      if ((query.sandbox_id ?? params.sandbox) !== params.sandbox)
        throw validationFailed([{ in: "query", path: "sandbox_id", message: "must be that of the path, or left out" }]);
      await sandboxes.delete(principal, params.sandbox);
      return { status: 200, body: { success: true } };
    },
  };
}
