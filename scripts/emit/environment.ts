import { markdownTable } from "./markdown.ts";

/** A variable of the server's environment. */
interface Variable {
  readonly name: string;
  readonly description: string;
  /** Its default as text; null where there is none. */
  readonly initial: string | null;
}

/** `.env.example`: every variable, commented out, with its default. */
export function emitEnvExample(variables: readonly Variable[]): string {
  const entries = variables.map(({ name, description, initial }) => `# ${description}\n#${name}=${initial ?? ""}\n`);
  return `# Generated from server/config.ts by scripts/generate.ts. Copy to .env in the folder that the\n# server is started in, and uncomment what you change. What the environment already sets wins over the file.\n\n${entries.join("\n")}`;
}

/** `docs/configuration.md`: the same as a table. */
export function emitConfigurationPage(variables: readonly Variable[]): string {
  const rows = variables.map(({ name, description, initial }) => [`\`${name}\``, shown(initial), description]);
  return [
    "<!-- Generated from server/config.ts by scripts/generate.ts. Run npm run generate. -->",
    "",
    "# Configuration",
    "",
    "The server reads its environment once, at the start. A variable that is empty counts as not set; one that is wrong ends the start with its name, what is wrong and what would be right.",
    "",
    markdownTable(["variable", "default", "what it is for"], rows),
  ].join("\n");
}

function shown(initial: string | null): string {
  if (initial === null) return "none";
  return initial === "" ? "empty" : `\`${initial}\``;
}
