import { localSpec } from "../../../contract/index.ts";
import { validationFailed } from "../../http/errors.ts";
import type { ServerHandlers } from "../../http/router.ts";

export function sandboxSpecsHandlers(): ServerHandlers["sandboxSpecs"] {
  return {
    async search({ query }) {
      if (query.page_id !== undefined)
        throw validationFailed([
          { in: "query", path: "page_id", message: "must be left out: all specs are on the first page" },
        ]);
      return { status: 200, body: { items: [localSpec], next_page_id: null } };
    },
    async getMany({ query }) {
      return { status: 200, body: query.id.map((id) => (id === localSpec.id ? localSpec : null)) };
    },
  };
}
