import type { Workspace } from "../../runtime/runtime.ts";
import type { Observation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

export async function read({ args }: Executable<"read">, workspace: Workspace): Promise<Observation> {
  const extras = { path: args.path, impl_source: args.impl_source };
  if (args.impl_source === "oh_aci") {
    const { content } = await workspace.edit({ path: args.path, command: "view", view_range: args.view_range });
    return { observation: "read", content, extras };
  }
  return {
    observation: "read",
    content: await workspace.read(args.path, { start: args.start, end: args.end }),
    extras,
  };
}

export async function write({ args }: Executable<"write">, workspace: Workspace): Promise<Observation> {
  await workspace.write(args.path, args.content, { start: args.start, end: args.end });
  return { observation: "write", content: "", extras: { path: args.path } };
}

export async function edit({ args }: Executable<"edit">, workspace: Workspace): Promise<Observation> {
  const { path, prevExist, oldContent, newContent, diff, content } = await workspace.edit({
    ...args,
    command: args.command || "write",
  });
  return {
    observation: "edit",
    content,
    extras: {
      path,
      prev_exist: prevExist,
      old_content: oldContent,
      new_content: newContent,
      impl_source: args.impl_source,
      diff,
    },
  };
}
