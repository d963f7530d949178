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

  file_too_large: withPath(async (call, probe) => {
    await plant(probe, call, { "large.txt": "x".repeat(tooLarge) });
    return "large.txt";
  }),

  binary_file: withPath(async (call, probe) => {
    await plant(probe, call, { binary: "\0\u{1}\u{2}" });
    return "binary";
  }),

  not_a_repository: inOwnWorkspace(async (call, probe) => {
    const path = pathParameter(call.operation);
    await plant(probe, call, { [(path && call.query[path.name]) ?? "file.txt"]: "a text" });
  }),

  git_failed: inOwnWorkspace((call, probe) => plant(probe, call, { ...repository, ".git/config": "[broken" })),
};

/** Makes the file that an example names, and the repository that it is compared in. */
export async function plantExample(probe: Probe, call: Call): Promise<void> {
  const parameter = pathParameter(call.operation);
  const path = parameter && call.query[parameter.name];
  if (path !== undefined) await plant(probe, call, { ...repositoryFor(call.operation), [path]: "a text" });
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
        return { ...call, query: { ...call.query, [parameter.name]: await path(call, probe) } };
      })
    );
  };
}

/** The example, in a workspace that no other case uses. */
function inOwnWorkspace(prepare: (call: Call, probe: Probe) => Promise<void>): Recipe {
  return (operation): Change | undefined => {
    const [owner] = parametersIn(operation, "path");
    return (
      owner &&
      (async (call, probe) => {
        const own = { ...call, path: { ...call.path, [owner.name]: await valueOf(probe, owner.name, true) } };
        await prepare(own, probe);
        return own;
      })
    );
  };
}

/** The parameter that names a path in the workspace. */
export function pathParameter(operation: Operation): Parameter | undefined {
  return parametersIn(operation, "query").find(({ name }) => name === "path" || name === "file");
}

function repositoryFor({ id }: Operation): Readonly<Record<string, string>> {
  return id === knownOperations.compareFile ? repository : {};
}

/**
 * Uploads files to the workspace that a call is about.
 * @throws {SetupError} when not all of them are stored
 */
/** Uploads files into a workspace, by their names. @throws {SetupError} when one is not stored */
export async function plant(probe: Probe, { path }: Call, files: Readonly<Record<string, string>>): Promise<void> {
  const upload = probe.world.operations.get(knownOperations.uploadFiles);
  const form = upload && formOf(upload.body?.media ?? []);
  if (!form) throw new SetupError(`The document has no operation ${knownOperations.uploadFiles} that takes a form.`);
  const call = { ...exampleCall(probe.world, upload, path), body: formBody(fileParts(form, files)) };
  const { json } = await probe.prepare(call);
  const skipped = isObject(json) ? json["skipped_files"] : undefined;
  if (Array.isArray(skipped) && skipped.length > 0)
    throw new SetupError(`A file that the case needs was not stored: ${JSON.stringify(skipped)}`);
}
