import { operation } from "../../operation.ts";

export const webhooks = {
  secret: operation({
    method: "GET",
    path: "/api/v1/webhooks/secrets",
    summary: "Get a token of a git provider",
    description:
      "The token that a user has stored for one git provider, for an agent that runs elsewhere: what the access token is made out for. It is good for 14 days.",
    tag: "Webhooks",
    since: "0.1.0",
    security: "accessToken",
    rateLimit: "address",
    gate: "v1",
    download: { mediaType: "text/plain", fileName: "secret.txt", description: "The token, and nothing else." },
    responses: {},
    errors: ["provider_token_not_found"],
    differences: [
      {
        topic: "`X-Access-Token`",
        upstream: "500 when it is missing or malformed",
        here: "401 `unauthenticated`, `invalid_credentials`",
        why: "that is what 401 is for",
        change: "Nothing.",
      },
    ],
    example: {},
  }),
};
