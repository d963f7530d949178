import type { ServerHandlers } from "../http/router.ts";
import type { CustomSecrets } from "../secrets/custom-secrets.ts";

export function secretsHandlers(secrets: CustomSecrets): ServerHandlers["secrets"] {
  return {
    async list(_request, { principal }) {
      return { status: 200, body: { custom_secrets: await secrets.list(principal.userId) } };
    },
    async create({ body: { name, value, description } }, { principal, receiptOf }) {
      const answer = { status: 201, body: { success: true, message: "The secret has been created." } } as const;
      await secrets.create(principal.userId, { name, value, description: description ?? "" }, receiptOf(answer));
      return answer;
    },
    async update({ params, body: { name, description } }, { principal }) {
      await secrets.update(principal.userId, params.secret_id, { name, description: description ?? "" });
      return { status: 200, body: { success: true, message: "The secret has been changed." } };
    },
    async delete({ params }, { principal }) {
      await secrets.delete(principal.userId, params.secret_id);
      return { status: 200, body: { success: true, message: "The secret has been deleted." } };
    },
  };
}
