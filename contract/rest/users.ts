import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { initialSettings, secretsStore, shownSettings } from "./settings.ts";

const maskedSecret = z.literal("**********").nullable().describe("Masked when one is stored, else null.");

const UserInfo = z
  .object({
    id: z.string().nullable().describe("The user's id; null where the server knows no users."),
    ...shownSettings,
    llm_api_key: maskedSecret,
    search_api_key: maskedSecret,
    sandbox_api_key: maskedSecret,
    secrets_store: secretsStore,
  })
  .meta({
    id: "UserInfo",
    description: "The caller and the caller's settings.",
    examples: [
      {
        id: "6f1e2d3c4b5a69788796a5b4c3d2e1f0",
        ...initialSettings,
        llm_api_key: "**********",
        search_api_key: null,
        sandbox_api_key: null,
        secrets_store: { provider_tokens: {} },
      },
    ],
  });

export const users = {
  me: operation({
    method: "GET",
    path: "/api/v1/users/me",
    summary: "Who am I?",
    description: "The caller with the caller's settings; defaults where none have been stored.",
    tag: "Users",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    gate: "v1",
    responses: { 200: UserInfo },
    example: { response: exampleOf(UserInfo) },
  }),
};
