import * as z from "zod";
import type { Difference } from "../differences.ts";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { dependsOn, success } from "../primitives.ts";

/** A dot at the beginning would let a path end in `.` or `..`, which clients take out of a URL; a slash ends a segment. */
const SecretName = z
  .string()
  .regex(
    /^[!--0-~][!-.0-~]{0,127}$/,
    "must be 1 to 128 visible ASCII characters, without a slash and not beginning with a dot",
  )
  .meta({
    id: "SecretName",
    description:
      "Identifies a secret among its user's: 1 to 128 visible ASCII characters, without a slash and not beginning with a dot. Upper and lower case differ.",
    examples: ["NPM_TOKEN"],
  });

const mostValueBytes = 64 * 1024;

// The characters can never be more than the bytes, so a document that counts those is never stricter than the server.
const value = z
  .string()
  .min(1)
  .max(mostValueBytes)
  .refine((text) => text.isWellFormed(), "must be Unicode text, without half of a surrogate pair")
  .refine((text) => new TextEncoder().encode(text).length <= mostValueBytes, "must be at most 64 KiB in UTF-8");

const description = z
  .string()
  .max(1000)
  .nullable()
  .optional()
  .describe("What the secret is for. Left out or null, it is empty.");

const CustomSecret = z
  .object({
    name: SecretName,
    description: z.string().describe("What the secret is for; empty when nobody has said."),
  })
  .meta({
    id: "CustomSecret",
    description: "A secret, without its value.",
    examples: [{ name: "NPM_TOKEN", description: "Publishes our packages." }],
  });

const CustomSecretList = z
  .object({ custom_secrets: z.array(CustomSecret).describe("The secrets, in the order in which they were created.") })
  .meta({ id: "CustomSecretList", description: "The caller's secrets.", examples: [{ custom_secrets: [] }] });

const CreateSecretRequest = z
  .object({
    name: SecretName,
    value: value
      .describe("The secret itself: at most 64 KiB in UTF-8. It is encrypted at rest and never shown.")
      .meta(dependsOn("its length in UTF-8")),
    description,
  })
  .meta({
    id: "CreateSecretRequest",
    description: "The secret to create.",
    examples: [{ name: "NPM_TOKEN", value: "npm_ExampleExampleExample", description: "Publishes our packages." }],
  });

const CreateSecretResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "CreateSecretResponse",
  description: "The secret has been created.",
  examples: [{ success: true, message: "The secret has been created." }],
});

const UpdateSecretRequest = z.object({ name: SecretName, description }).meta({
  id: "UpdateSecretRequest",
  description: "What the secret is to be called from now on. Other fields, `value` too, are ignored.",
  examples: [{ name: "NPM_TOKEN", description: "Publishes our packages." }],
});

const UpdateSecretResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "UpdateSecretResponse",
  description: "The secret has been changed.",
  examples: [{ success: true, message: "The secret has been changed." }],
});

const DeleteSecretResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "DeleteSecretResponse",
  description: "The secret has been deleted.",
  examples: [{ success: true, message: "The secret has been deleted." }],
});

const nameDifference: Difference = {
  topic: "names",
  upstream: "any text, the empty one too",
  here: "1 to 128 visible ASCII characters, no slash, not beginning with a dot",
  why: "the name is the id in a path, which clients shorten at `.` and proxies split at `/`",
  change: "Rename secrets with spaces or other letters.",
};

const sizeDifference: Difference = {
  topic: "values and descriptions",
  upstream: "any text",
  here: "values of 1 byte to 64 KiB in UTF-8; descriptions of up to 1000 characters",
  why: "a bound that can be relied on",
  change: "Nothing for real secrets.",
};

const neverHadOneDifference: Difference = {
  topic: "by a user who has never had a secret",
  upstream: "200",
  here: "404 `secret_not_found`",
  why: "as for everybody else",
  change: "Nothing.",
};

/** The path parameter of everything that is about one secret. */
const secretParams = z.object({ secret_id: SecretName });

export const secrets = {
  list: operation({
    method: "GET",
    path: "/api/secrets",
    summary: "List the secrets",
    description:
      "The caller's secrets in the order in which they were created. Values are never shown: neither here nor in any other answer, event or log.",
    tag: "Secrets",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: CustomSecretList },
    example: { response: { custom_secrets: [exampleOf(CustomSecret)] } },
  }),
  create: operation({
    method: "POST",
    path: "/api/secrets",
    summary: "Create a secret",
    description:
      "Stores a value under a name that the caller has given to no other secret. To change a value, delete the secret and create it again.",
    tag: "Secrets",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: CreateSecretRequest,
    responses: { 201: CreateSecretResponse },
    errors: ["secret_exists"],
    idempotencyKey: true,
    differences: [
      {
        topic: "a taken name",
        upstream: "400 with `message`",
        here: "409 `secret_exists`; the text still says `already exists`",
        why: "it is the state that conflicts, not the request",
        change: "Expect 409.",
      },
      nameDifference,
      sizeDifference,
    ],
    names: { secret_id: "name" },
    example: { request: { body: exampleOf(CreateSecretRequest) }, response: exampleOf(CreateSecretResponse) },
  }),
  update: operation({
    method: "PUT",
    path: "/api/secrets/:secret_id",
    summary: "Rename or describe a secret",
    description:
      "Replaces the secret's name and description; a description that is left out becomes empty. The value and the place in the list stay as they are. A secret that is renamed has its new name as its id.",
    tag: "Secrets",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: secretParams,
    body: UpdateSecretRequest,
    responses: { 200: UpdateSecretResponse },
    errors: ["secret_not_found", "secret_exists"],
    differences: [
      nameDifference,
      sizeDifference,
      {
        topic: "a new name",
        upstream: "moves the secret to the end",
        here: "it keeps its place",
        why: "a rename is not a creation",
        change: "Nothing.",
      },
      neverHadOneDifference,
    ],
    names: { secret_id: "name" },
    example: {
      request: { params: { secret_id: "NPM_TOKEN" }, body: exampleOf(UpdateSecretRequest) },
      response: exampleOf(UpdateSecretResponse),
    },
  }),
  delete: operation({
    method: "DELETE",
    path: "/api/secrets/:secret_id",
    summary: "Delete a secret",
    description: "Deletes the secret with its value.",
    tag: "Secrets",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: secretParams,
    responses: { 200: DeleteSecretResponse },
    errors: ["secret_not_found"],
    differences: [neverHadOneDifference],
    example: { request: { params: { secret_id: "NPM_TOKEN" } }, response: exampleOf(DeleteSecretResponse) },
  }),
};
