import * as z from "zod";
import { operation } from "../operation.ts";
import { success } from "../primitives.ts";
import { ProviderType } from "./conversation-info.ts";

const token = z
  .string()
  .max(4096)
  .regex(/^[!-~]*$/, "must be visible ASCII characters, without spaces");

const host = z
  .string()
  .max(255)
  .regex(
    /^((https?:\/\/)?[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]*)?)?$/,
    "must be a host such as `github.example.com`, with a port or a path where it needs one",
  );

const ProviderToken = z
  .object({
    token: token
      .nullable()
      .optional()
      .describe("The token. Left out, null or empty, the one that is stored stays; where none is, nothing is stored."),
    host: host
      .nullable()
      .optional()
      .describe(
        "Where the provider is, when it is not the usual place; null and empty are the usual place. Left out, it is the usual place of a new token, and that of a stored one stays.",
      ),
    user_id: z.string().max(255).nullable().optional().describe("Accepted for older clients, and ignored."),
  })
  .meta({
    id: "ProviderToken",
    description: "Access to one git host.",
    examples: [{ token: "ghp_ExampleExampleExample", host: null }],
  });

/** An object with a field for each provider, none of them required. */
function byProvider<Value extends z.ZodType>(value: Value) {
  const fields = ProviderType.options.map((name) => [name, value.optional()]);
  return Object.fromEntries(fields) as Record<ProviderType, z.ZodOptional<Value>>; // fromEntries forgets the names
}

const AddProvidersRequest = z
  .object({
    provider_tokens: z
      .strictObject(byProvider(ProviderToken.nullable().describe("Null removes what is stored for this provider.")))
      .optional()
      .describe("What to change, by provider. One that is left out stays as it is; one of another name is refused."),
  })
  .meta({
    id: "AddProvidersRequest",
    description: "The tokens to change. Unknown fields beside `provider_tokens` are ignored.",
    examples: [{ provider_tokens: { github: { token: "ghp_ExampleExampleExample", host: null } } }],
  });

const AddProvidersResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "AddProvidersResponse",
  description: "The tokens have been stored.",
  examples: [{ success: true, message: "The git providers have been stored." }],
});

const UnsetProvidersResponse = z
  .object({ success, message: z.string().describe("What happened, for a person.") })
  .meta({
    id: "UnsetProvidersResponse",
    description: "No token is stored any more.",
    examples: [{ success: true, message: "The git providers have been removed." }],
  });

/** The providers that a token is stored for, as settings show them. */
export const ProviderTokensSet = z
  .object(
    byProvider(z.string().nullable().describe("A token is stored; where the provider is, null for the usual place.")),
  )
  .meta({
    id: "ProviderTokensSet",
    description: "The git providers that a token is stored for. One without a token is left out.",
    examples: [{ github: null }],
  });

export const providers = {
  add: operation({
    method: "POST",
    path: "/api/add-git-providers",
    summary: "Store tokens of git providers",
    description:
      "Merges the given tokens into the stored ones: a provider that is left out keeps its token. A token is stored unverified; whether its provider accepts it shows when it is first used. Tokens are encrypted at rest and never shown; `provider_tokens_set` in `GET /api/settings` says which are stored.",
    tag: "Git providers",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: AddProvidersRequest,
    responses: { 200: AddProvidersResponse },
    differences: [
      {
        topic: "providers that are left out",
        upstream: "dropped",
        here: 'kept; `"github": null` removes one',
        why: "as settings merge",
        change: "Send null for what is to go, or call `POST /api/unset-provider-tokens` first.",
      },
      {
        topic: "validation",
        upstream: "asks the provider; 401 when it refuses",
        here: "stored unverified for now",
        why: "a 401 logs users out, and asking comes with the operations that use tokens",
        change: 'Do not take 200 for "the token works".',
      },
      {
        topic: "a host that is left out",
        upstream: "the provider's own",
        here: "the provider's own for a new token; without a new token the stored host stays",
        why: "a token belongs to a host: it is not sent to one it was not given for",
        change: "Nothing.",
      },
      {
        topic: "`user_id`",
        upstream: "a part of the entry",
        here: "accepted and ignored",
        why: "nothing here uses it",
        change: "Nothing.",
      },
      {
        topic: "token and host",
        upstream: "any text",
        here: "visible ASCII up to 4096; a host with a port, a path and `http(s)://` where needed, up to 255",
        why: "they end up in headers and URLs",
        change: "Trim what users paste.",
      },
    ],
    example: {
      request: { body: { provider_tokens: { github: { token: "ghp_ExampleExampleExample", host: null } } } },
      response: { success: true, message: "The git providers have been stored." },
    },
  }),
  unset: operation({
    method: "POST",
    path: "/api/unset-provider-tokens",
    summary: "Remove the tokens of all git providers",
    description: "Removes every token of the caller. Without any it succeeds too.",
    tag: "Git providers",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: UnsetProvidersResponse },
    example: { response: { success: true, message: "The git providers have been removed." } },
  }),
};
