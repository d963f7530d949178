import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { pascalCase } from "../names.ts";
import {
  AgentStateChangedExtras,
  CondenseExtras,
  ErrorExtras,
  LoopDetectionExtras,
  NullExtras,
  RecallExtras,
  SuccessExtras,
  ThinkExtras,
  UserRejectedExtras,
} from "./extras/agent.ts";
import { BrowseExtras } from "./extras/browser.ts";
import { RunExtras, RunIpythonExtras } from "./extras/commands.ts";
import { DownloadExtras, EditExtras, ReadExtras, WriteExtras } from "./extras/files.ts";
import { DelegateExtras, McpExtras, TaskTrackingExtras } from "./extras/tools.ts";
import { envelope, exampleEnvelope } from "./shared.ts";

const observationType = "The type of the observation.";
const content = z.string().describe("The result, as text.");

interface ObservationDefinition<Name extends string, Extras extends z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  readonly extras: Extras;
  /** What `content` and `message` say in the example. */
  readonly content: string;
  readonly message: string;
}

/** The event of an observation as it stands in the log. */
function observationEvent<const Name extends string, Extras extends z.ZodObject>(
  definition: ObservationDefinition<Name, Extras>,
) {
  const { name, title, extras } = definition;
  return z.object({ ...envelope, observation: z.literal(name).describe(observationType), content, extras }).meta({
    id: `${pascalCase(name)}Observation`,
    description: title,
    examples: [exampleEvent(definition)],
  });
}

function exampleEvent(definition: ObservationDefinition<string, z.ZodObject>) {
  const extras = exampleOf(definition.extras);
  const { name, content: text, message } = definition;
  return {
    ...exampleEnvelope(8, "agent", message),
    cause: 7,
    observation: name,
    content: text,
    extras,
  };
}

/** The event of an observation that says at its top level whether it went well. */
function outcomeEvent<const Name extends string, Extras extends z.ZodObject>(
  definition: ObservationDefinition<Name, Extras>,
  success: string,
) {
  const { name, title, extras } = definition;
  return z
    .object({
      ...envelope,
      observation: z.literal(name).describe(observationType),
      content,
      extras,
      success: z.boolean().describe(success),
    })
    .meta({
      id: `${pascalCase(name)}Observation`,
      description: title,
      examples: [{ ...exampleEvent(definition), success: true }],
    });
}

const run = {
  name: "run",
  title: "A command has ended.",
  extras: RunExtras,
  content: " M README.md\n",
  message: "Command `git status --short` executed with exit code 0.",
} as const;

/** An observation in the log: what came of something. */
export const ObservationEvent = z
  .discriminatedUnion("observation", [
    outcomeEvent(run, "Whether the exit code is 0."),
    outcomeEvent(
      {
        name: "run_ipython",
        title: "Python code has ended.",
        extras: RunIpythonExtras,
        content: "42\n",
        message: "Python code executed.",
      },
      "Whether the code ended without an error.",
    ),
    observationEvent({
      name: "browse",
      title: "The browser shows something, or says why not.",
      extras: BrowseExtras,
      content: "Example Domain",
      message: "Visited https://example.com/",
    }),
    observationEvent({
      name: "read",
      title: "A file was read.",
      extras: ReadExtras,
      content: "# Notes\n",
      message: "I read the file README.md.",
    }),
    observationEvent({
      name: "write",
      title: "A file was written.",
      extras: WriteExtras,
      content: "",
      message: "I wrote to the file notes.txt.",
    }),
    observationEvent({
      name: "edit",
      title: "A file was edited.",
      extras: EditExtras,
      content: "The file notes.txt has been edited.",
      message: "I edited the file notes.txt.",
    }),
    observationEvent({
      name: "download",
      title: "A file was downloaded into the workspace.",
      extras: DownloadExtras,
      content: "The file is report.pdf.",
      message: "Downloaded report.pdf",
    }),
    observationEvent({
      name: "mcp",
      title: "A tool of an MCP server has answered, or says why not.",
      extras: McpExtras,
      content: '{"isError":false,"content":[{"type":"text","text":"Sunny."}]}',
      message: '{"isError":false,"content":[{"type":"text","text":"Sunny."}]}',
    }),
    observationEvent({
      name: "delegate",
      title: "The agent that was asked for help has ended.",
      extras: DelegateExtras,
      content: "There are two files.",
      message: "There are two files.",
    }),
    observationEvent({
      name: "task_tracking",
      title: "The list of tasks was shown or replaced.",
      extras: TaskTrackingExtras,
      content: "1. [in progress] Fix the test",
      message: "1. [in progress] Fix the test",
    }),
    observationEvent({
      name: "success",
      title: "Something has worked.",
      extras: SuccessExtras,
      content: "The report has been sent.",
      message: "The report has been sent.",
    }),
    observationEvent({
      name: "think",
      title: "A thought was logged.",
      extras: ThinkExtras,
      content: "Your thought has been logged.",
      message: "Your thought has been logged.",
    }),
    observationEvent({
      name: "agent_state_changed",
      title: "The agent's state has changed.",
      extras: AgentStateChangedExtras,
      content: "",
      message: "",
    }),
    observationEvent({
      name: "error",
      title: "An action failed.",
      extras: ErrorExtras,
      content: "There is no file missing.txt.",
      message: "There is no file missing.txt.",
    }),
    observationEvent({
      name: "user_rejected",
      title: "The user has not allowed the agent's action.",
      extras: UserRejectedExtras,
      content: "The user has not allowed this action. It was not carried out.",
      message: "The user has not allowed this action. It was not carried out.",
    }),
    observationEvent({
      name: "loop_detection",
      title: "The agent repeats itself.",
      extras: LoopDetectionExtras,
      content: "The agent has done the same 4 times in a row, with the same result.",
      message: "The agent has done the same 4 times in a row, with the same result.",
    }),
    observationEvent({
      name: "condense",
      title: "The agent has condensed what it remembers.",
      extras: CondenseExtras,
      content: "The user said hello.",
      message: "The user said hello.",
    }),
    observationEvent({
      name: "recall",
      title: "Context or knowledge was recalled.",
      extras: RecallExtras,
      content: "Added workspace context",
      message: "Added workspace context",
    }),
    observationEvent({
      name: "null",
      title: "There is nothing to observe.",
      extras: NullExtras,
      content: "",
      message: "No observation",
    }),
  ])
  .meta({
    id: "ObservationEvent",
    description: "What came of something, as it stands in the log. `observation` names the type.",
    examples: [{ ...exampleEvent(run), success: true }],
  });
export type ObservationEvent = z.output<typeof ObservationEvent>;

/** The type names of the observations in the log. */
export const observationTypes = ObservationEvent.options.map((option) => option.shape.observation.value);
export type ObservationType = ObservationEvent["observation"];
