import * as z from "zod";
import { deprecated } from "../deprecation.ts";
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
  const confirmed = (args: z.output<Args>) => ({ ...args, confirmation_state: "confirmed" as const });
  return request(definition, withFormer(definition.args, "is_confirmed", "confirmation_state", confirmed));
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

/**
 * Args with a field that is also taken under the name that it used to have: reference §6.4. The present name wins.
 * @param read what becomes of the args
 */
function withFormer<Args extends z.ZodObject, Read>(
  args: Args,
  before: string,
  now: string,
  read: (args: z.output<Args>) => Read,
) {
  const field = args.shape[now] as z.ZodDefault<z.ZodType>; // both of those below have one
  const former = field
    .unwrap()
    .optional()
    .meta({
      description: `The former name of \`${now}\`.`,
      ...deprecated({
        state: "deprecated",
        since: "2026-11-22",
        sunset: "2027-06-30",
        replacement: now,
        reason: "Two names for one field.",
      }),
    });
  const { id, ...meta } = z.globalRegistry.get(args) ?? {};
  const both = args.extend({ [before]: former }).meta({ ...meta, id: `${id?.replace(/Args$/, "")}RequestArgs` });
  const one = both.transform((sent) => read(without(sent, before) as z.output<Args>));
  return z.preprocess((value) => renamed(value, before, now), one);
}

function renamed(value: unknown, before: string, now: string): unknown {
  if (typeof value !== "object" || value === null || !(before in value) || now in value) return value;
  const { [before]: kept } = value as Record<string, unknown>;
  return { ...without(value, before), [now]: kept };
}

function without(fields: object, left: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== left));
}

const { message } = definitions;
const messageRequest = request(
  message,
  withFormer(message.args, "images_urls", "image_urls", (args) => args),
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
      "What a client wants done: say something, do something in the workspace, or tell the agent how to go on. Observations, and the actions that only the server makes, are refused. `source`, `timestamp` and unknown fields are ignored.",
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
