import { exampleCall, randomHex } from "../calls.ts";
import type { Call } from "../calls.ts";
import { fileParts, formBody, formOf } from "../forms.ts";
import { isObject } from "../json.ts";
import { knownOperations } from "../known-operations.ts";
import { parametersIn } from "../operations.ts";
import type { Operation, Parameter } from "../operations.ts";
import type { Probe } from "../probe.ts";
import { valueOf } from "../resources.ts";
import { SetupError } from "../world.ts";
import type { Change, Recipe } from "./rest.ts";

/** What turns the path of a call into one that is refused; the workspace is prepared for it before. */
type Path = (call: Call, probe: Probe) => string | Promise<string>;

/** Larger than any file that is shown: 4 MiB and a little. */
const tooLarge = 4 * 1024 * 1024 + 1024;

/** The least that git takes for a repository. */
const repository = { ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/none": "", ".git/refs/none": "" };

/** The codes with which a workspace refuses a path, each with what brings it about. */
export const workspaceRecipes: Readonly<Record<string, Recipe>> = {
  path_outside_workspace: withPath(() => "../.."),

  file_not_found: withPath(() => `missing-${randomHex(8)}`),

  not_a_file: withPath(async (call, probe) => {
    await plant(probe, call, { "folder/file.txt": "a text" });
    return "folder";
  }),

  not_a_directory: withPath(async (call, probe) => {
    await plant(probe, call, { "file.txt": "a text" });
    return "file.txt/file.txt";
  }),

  // Where the path names a folder, it is the list of changes that is too large.
  file_too_large: (operation, world) =>
    hasCode(operation, "file_not_found")
      ? withPath(async (call, probe) => {
          await plant(probe, call, { "large.txt": "x".repeat(tooLarge) });
          return "large.txt";
        })(operation, world)
      : undefined,

  binary_file: withPath(async (call, probe) => {
    await plant(probe, call, { binary: "\0\u{1}\u{2}" });
    return "binary";
  }),

  not_a_repository: inOwnWorkspace(async (call, probe) => {
    await plant(probe, call, { [pathIn(call) ?? "file.txt"]: "a text" });
  }),

  git_failed: inOwnWorkspace((call, probe) => plant(probe, call, { ...repository, ".git/config": "[broken" })),
};

/** Makes the file that an example names, and the repository that it is compared in. */
export async function plantExample(probe: Probe, call: Call): Promise<void> {
  const path = pathIn(call);
  if (path !== undefined && hasCode(call.operation, "file_not_found"))
    await plant(probe, call, { ...repositoryFor(call.operation), [path]: "a text" });
}

/** Another path than the example's, in a workspace that holds what the operation needs besides it. */
function withPath(path: Path): Recipe {
  return (operation) => {
    const parameter = pathParameter(operation);
    return (
      parameter &&
      (async (call, probe) => {
        const files = repositoryFor(operation);
        if (Object.keys(files).length > 0) await plant(probe, call, files);
        return withPathIn(call, parameter, await path(call, probe));
      })
    );
  };
}

/** The example, in a workspace that no other case uses. */
function inOwnWorkspace(prepare: (call: Call, probe: Probe) => Promise<void>): Recipe {
  return (operation): Change | undefined => {
    const owner = ownerOf(operation);
    return (
      owner &&
      (async (call, probe) => {
        const named = { [owner.name]: await valueOf(probe, owner.name, true) };
        const own =
          owner.in === "query"
            ? { ...call, query: { ...call.query, ...named } }
            : { ...call, path: { ...call.path, ...named } };
        await prepare(own, probe);
        return own;
      })
    );
  };
}

/** The workspace of a sandbox, which paths in URLs begin with. */
const sandboxProject = "/workspace/project";

/** The parameter that names a path in the workspace: one of the query, or the rest of the URL. */
export function pathParameter(operation: Operation): Parameter | undefined {
  const inQuery = parametersIn(operation, "query").find(({ name }) => name === "path" || name === "file");
  return inQuery ?? parametersIn(operation, "path").find(({ name }) => name === "path");
}

/** The path in the workspace that a call names, relative to its root. */
function pathIn(call: Call): string | undefined {
  const parameter = pathParameter(call.operation);
  if (parameter?.in === "path") return call.path[parameter.name]?.slice(`${sandboxProject}/`.length);
  return parameter && call.query[parameter.name];
}

function withPathIn(call: Call, { in: place, name }: Parameter, path: string): Call {
  if (place === "path") return { ...call, path: { ...call.path, [name]: `${sandboxProject}/${path}` } };
  return { ...call, query: { ...call.query, [name]: path } };
}

/** The parameter that says whose workspace is meant: the conversation of the path, else the sandbox of the query. */
function ownerOf(operation: Operation): Parameter | undefined {
  return pathParameter(operation)?.in === "path"
    ? parametersIn(operation, "query").find(({ name }) => name === "sandbox_id")
    : parametersIn(operation, "path")[0];
}

function hasCode({ responses }: Operation, code: string): boolean {
  return responses.some(({ codes }) => codes.includes(code));
}

function repositoryFor({ id }: Operation): Readonly<Record<string, string>> {
  return id === knownOperations.compareFile || id === knownOperations.compareSandboxFile ? repository : {};
}

/** Uploads files into the workspace that a call is about, by their names. @throws {SetupError} when one is not stored */
export async function plant(probe: Probe, call: Call, files: Readonly<Record<string, string>>): Promise<void> {
  if (pathParameter(call.operation)?.in === "path") return plantInSandbox(probe, call, files);
  const upload = probe.world.operations.get(knownOperations.uploadFiles);
  const form = upload && formOf(upload.body?.media ?? []);
  if (!form) throw new SetupError(`The document has no operation ${knownOperations.uploadFiles} that takes a form.`);
  const planting = { ...exampleCall(probe.world, upload, call.path), body: formBody(fileParts(form, files)) };
  const { json } = await probe.prepare(planting);
  const skipped = isObject(json) ? json["skipped_files"] : undefined;
  if (Array.isArray(skipped) && skipped.length > 0)
    throw new SetupError(`A file that the case needs was not stored: ${JSON.stringify(skipped)}`);
}

async function plantInSandbox(probe: Probe, { query }: Call, files: Readonly<Record<string, string>>): Promise<void> {
  const upload = probe.world.operations.get(knownOperations.uploadSandboxFile);
  const form = upload && formOf(upload.body?.media ?? []);
  if (!form) throw new SetupError(`The document has no operation ${knownOperations.uploadSandboxFile} with a form.`);
  for (const [path, content] of Object.entries(files)) {
    const planting = exampleCall(probe.world, upload, { path: `${sandboxProject}/${path}` });
    const body = formBody(fileParts(form, { "file.txt": content }));
    await probe.prepare({ ...planting, query: { ...planting.query, ...query }, body });
  }
}
