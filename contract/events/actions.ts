import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { pascalCase } from "../names.ts";
import { definitions } from "./action-definitions.ts";
import type { ActionDefinition } from "./action-definitions.ts";
import { LlmMetrics } from "./model-calls.ts";
import { envelope, exampleEnvelope } from "./shared.ts";

/** The event of an action as it stands in the log. */
function actionEvent<const Name extends string, Args extends z.ZodObject>(definition: ActionDefinition<Name, Args>) {
  const { name, title, args } = definition;
  return z
    .object({
      ...envelope,
      action: z.literal(name).describe("The type of the action."),
      args,
      timeout: z.number().optional().describe("Seconds that the action may take."),
      llm_metrics: LlmMetrics.optional(),
    })
    .meta({ id: `${pascalCase(name)}Action`, description: title, examples: [exampleEvent(definition)] });
}

function exampleEvent<const Name extends string, Args extends z.ZodObject>(definition: ActionDefinition<Name, Args>) {
  const { name, args, source, message } = definition;
  return { ...exampleEnvelope(7, source, message), action: name, args: args.parse(exampleOf(args)) };
}

/** An action in the log: what somebody does. */
export const ActionEvent = z
  .discriminatedUnion("action", [
    actionEvent(definitions.message),
    actionEvent(definitions.system),
    actionEvent(definitions.run),
    actionEvent(definitions.runIpython),
    actionEvent(definitions.browse),
    actionEvent(definitions.browseInteractive),
    actionEvent(definitions.read),
    actionEvent(definitions.write),
    actionEvent(definitions.edit),
    actionEvent(definitions.callToolMcp),
    actionEvent(definitions.think),
    actionEvent(definitions.finish),
    actionEvent(definitions.reject),
    actionEvent(definitions.delegate),
    actionEvent(definitions.recall),
    actionEvent(definitions.changeAgentState),
    actionEvent(definitions.condensation),
    actionEvent(definitions.condensationRequest),
    actionEvent(definitions.taskTracking),
    actionEvent(definitions.loopRecovery),
    actionEvent(definitions.nothing),
  ])
  .meta({
    id: "ActionEvent",
    description: "What somebody does, as it stands in the log. `action` names the type.",
    examples: [exampleEvent(definitions.run)],
  });
export type ActionEvent = z.output<typeof ActionEvent>;

/** The type names of the actions in the log. */
export const actionTypes = ActionEvent.options.map((option) => option.shape.action.value);
export type ActionType = ActionEvent["action"];
