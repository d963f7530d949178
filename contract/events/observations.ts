import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { pascalCase } from "../names.ts";
import { AgentState, FileEditSource, FileReadSource, RecallType, envelope, exampleEnvelope } from "./shared.ts";

const observationType = "The type of the observation.";
const content = z.string().describe("The result, as text.");

const RunMetadata = z
  .object({
    exit_code: z.int().describe("The command's exit code; -1 when it was ended before it could give one."),
    pid: z.int().describe("The process id, -1 when unknown."),
    username: z.string().nullable().describe("Who the command ran as."),
    hostname: z.string().nullable().describe("Where the command ran."),
    working_dir: z.string().nullable().describe("The folder the command ran in, relative to the workspace."),
    py_interpreter_path: z.string().nullable().describe("The Python interpreter, when known."),
    prefix: z.string().describe("Text to show before the output."),
    suffix: z.string().describe("Text to show after the output."),
  })
  .meta({
    id: "RunMetadata",
    description: "How a command ended.",
    examples: [
      {
        exit_code: 0,
        pid: 4711,
        username: "openhands",
        hostname: "localhost",
        working_dir: ".",
        py_interpreter_path: null,
        prefix: "",
        suffix: "",
      },
    ],
  });

const MicroagentKnowledge = z
  .object({
    name: z.string().describe("The microagent's name."),
    trigger: z.string().describe("The word that triggered it."),
    content: z.string().describe("What it knows."),
  })
  .meta({
    id: "MicroagentKnowledge",
    description: "Knowledge that a word in a message triggered.",
    examples: [{ name: "git", trigger: "commit", content: "Use the imperative mood." }],
  });

const RunExtras = z
  .object({
    command: z.string().describe("The command that ran."),
    metadata: RunMetadata,
    hidden: z.boolean().describe("Whether clients should not show the event."),
  })
  .meta({
    id: "RunExtras",
    description: "How a command ended.",
    examples: [{ command: "git status --short", metadata: exampleOf(RunMetadata), hidden: false }],
  });

const ReadExtras = z.object({ path: z.string().describe("The file."), impl_source: FileReadSource }).meta({
  id: "ReadExtras",
  description: "What was read.",
  examples: [{ path: "README.md", impl_source: "default" }],
});

const WriteExtras = z
  .object({ path: z.string().describe("The file.") })
  .meta({ id: "WriteExtras", description: "What was written.", examples: [{ path: "notes.txt" }] });

const EditExtras = z
  .object({
    path: z.string().describe("The file."),
    prev_exist: z.boolean().describe("Whether the file existed before."),
    old_content: z.string().nullable().describe("The text before."),
    new_content: z.string().nullable().describe("The text after."),
    impl_source: FileEditSource,
    diff: z.string().nullable().describe("The change as a unified diff."),
  })
  .meta({
    id: "EditExtras",
    description: "What an edit changed.",
    examples: [
      {
        path: "notes.txt",
        prev_exist: true,
        old_content: "milk\n",
        new_content: "bread\n",
        impl_source: "oh_aci",
        diff: "@@ -1 +1 @@\n-milk\n+bread\n",
      },
    ],
  });

const ThinkExtras = z.object({}).meta({ id: "ThinkExtras", description: "Nothing more.", examples: [{}] });

const AgentStateChangedExtras = z
  .object({
    agent_state: AgentState,
    reason: z.string().describe("Why, when there is something to say: for `error`, what failed and what to do."),
  })
  .meta({
    id: "AgentStateChangedExtras",
    description: "The new state.",
    examples: [{ agent_state: "running", reason: "" }],
  });

const ErrorExtras = z
  .object({
    error_id: z.string().describe("A code for programs, such as `AGENT_ERROR$BAD_ACTION`; may be empty."),
  })
  .meta({
    id: "ErrorExtras",
    description: "Which error.",
    examples: [{ error_id: "AGENT_ERROR$BAD_ACTION" }],
  });

const RecallExtras = z
  .object({
    recall_type: RecallType,
    repo_name: z.string().describe("The repository's name."),
    repo_directory: z.string().describe("Where the repository lies."),
    repo_branch: z.string().describe("The branch that is checked out."),
    repo_instructions: z.string().describe("Instructions found in the repository."),
    additional_agent_instructions: z.string().describe("Instructions from the environment."),
    date: z.string().describe("Today's date, `YYYY-MM-DD`."),
    conversation_instructions: z.string().describe("Instructions given when the conversation was created."),
    working_dir: z.string().describe("The workspace's root, as commands see it."),
    runtime_hosts: z.record(z.string(), z.int()).describe("Web hosts of the workspace: URL to port."),
    custom_secrets_descriptions: z
      .record(z.string(), z.string())
      .describe("Names and descriptions of the user's secrets."),
    microagent_knowledge: z.array(MicroagentKnowledge).describe("Knowledge that the message triggered."),
  })
  .meta({
    id: "RecallExtras",
    description: "What was recalled.",
    examples: [
      {
        recall_type: "workspace_context",
        repo_name: "",
        repo_directory: "",
        repo_branch: "",
        repo_instructions: "",
        additional_agent_instructions: "",
        date: "2026-11-22",
        conversation_instructions: "",
        working_dir: ".",
        runtime_hosts: {},
        custom_secrets_descriptions: {},
        microagent_knowledge: [],
      },
    ],
  });

const NullExtras = z.object({}).meta({ id: "NullExtras", description: "Nothing more.", examples: [{}] });

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

const runObservation = {
  name: "run",
  title: "A command has ended.",
  extras: RunExtras,
  content: " M README.md\n",
  message: "Command `git status --short` executed with exit code 0.",
} as const;

/** `run` alone says at its top level whether it went well. */
const RunObservation = z
  .object({
    ...envelope,
    observation: z.literal("run").describe(observationType),
    content,
    extras: RunExtras,
    success: z.boolean().describe("Whether the exit code is 0."),
  })
  .meta({
    id: "RunObservation",
    description: runObservation.title,
    examples: [{ ...exampleEvent(runObservation), success: true }],
  });

/** An observation in the log: what came of something. */
export const ObservationEvent = z
  .discriminatedUnion("observation", [
    RunObservation,
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
    examples: [{ ...exampleEvent(runObservation), success: true }],
  });
export type ObservationEvent = z.output<typeof ObservationEvent>;

/** The type names of the observations in the log. */
export const observationTypes = ObservationEvent.options.map((option) => option.shape.observation.value);
export type ObservationType = ObservationEvent["observation"];
