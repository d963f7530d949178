import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { pascalCase } from "../names.ts";
import { definitions } from "./action-definitions.ts";
import type { ActionDefinition } from "./action-definitions.ts";
import { actionTypes } from "./actions.ts";

/** What every action of a client may hold besides its type and its args. What else upstream's events hold is ignored. */
const ownId = z
  .int("is given by the server: leave it out")
  .min(-1, "is given by the server: leave it out")
  .max(-1, "is given by the server: leave it out")
  .transform(() => undefined)
  .optional()
  .describe("Ids are given by the server. -1, which older clients send, means none.");

/** An action as a client sends it: without the envelope, defaults may be left out. */
function actionRequest<const Name extends string, Args extends z.ZodObject>(definition: ActionDefinition<Name, Args>) {
  return request(definition, definition.args);
}

/** The same for an action that an agent may have to wait with. A client's own is never held back, whatever it says. */
function consentedRequest<const Name extends string, Args extends z.ZodObject>(
  definition: ActionDefinition<Name, Args>,
) {
  const consented = definition.args.transform((args) => ({ ...args, confirmation_state: "confirmed" as const }));
  const args = z.preprocess((value) => renamed(value, "is_confirmed", "confirmation_state"), consented);
  return request(definition, args);
}

function request<const Name extends string, Args extends z.ZodType>(
  { name, title, args: named }: ActionDefinition<Name>,
  args: Args,
) {
  return z.object({ id: ownId, action: z.literal(name).describe("The type of the action."), args }).meta({
    id: `${pascalCase(name)}ActionRequest`,
    description: `${title} Sent by a client; fields with a default may be left out.`,
    examples: [{ action: name, args: exampleOf(named) }],
  });
}

/** A field under the name that it has now, when a client sends it under the one that it used to have: reference §6.4. */
function renamed(value: unknown, before: string, now: string): unknown {
  if (typeof value !== "object" || value === null || !(before in value) || now in value) return value;
  const { [before]: kept, ...others } = value as Record<string, unknown>;
  return { ...others, [now]: kept };
}

const { message } = definitions;
const messageRequest = request(
  message,
  z.preprocess((value) => renamed(value, "images_urls", "image_urls"), message.args),
);

/** An action as a client may send it, over REST or the socket. */
export const ActionRequest = z
  .discriminatedUnion(
    "action",
    [
      messageRequest,
      consentedRequest(definitions.run),
      consentedRequest(definitions.runIpython),
      consentedRequest(definitions.read),
      consentedRequest(definitions.write),
      consentedRequest(definitions.edit),
      consentedRequest(definitions.browse),
      consentedRequest(definitions.browseInteractive),
      consentedRequest(definitions.callToolMcp),
      actionRequest(definitions.think),
      actionRequest(definitions.finish),
      actionRequest(definitions.reject),
      consentedRequest(definitions.delegate),
      actionRequest(definitions.changeAgentState),
      actionRequest(definitions.condensationRequest),
      actionRequest(definitions.taskTracking),
      actionRequest(definitions.loopRecovery),
    ],
    { error: ({ code, input }) => (code === "invalid_union" ? refusal(input) : undefined) },
  )
  .meta({
    id: "ActionRequest",
    description:
      "What a client wants done: say something, do something in the workspace, or tell the agent how to go on. Observations, and the actions that only the server makes, are refused. For older clients `images_urls` is taken for `image_urls` and `is_confirmed` for `confirmation_state`; `source`, `timestamp` and unknown fields are ignored.",
    examples: [{ action: "message", args: { content: "Run the tests, please." } }],
  });
export type ActionRequest = z.output<typeof ActionRequest>;

/** Why something is not an action of a client, and what would be. */
function refusal(input: unknown): string {
  const { action, observation } = (input ?? {}) as { action?: unknown; observation?: unknown };
  const types: readonly string[] = ActionRequest.options.map((option) => option.shape.action.value);
  const right = `one of ${types.join(", ")}`;
  if (action === undefined && observation !== undefined)
    return `must be ${right}: observations are made by the server, which takes actions only`;
  if ((actionTypes as readonly unknown[]).includes(action))
    return `must be ${right}: ${String(action)} is made by the server alone`;
  return `must be ${right}`;
}
