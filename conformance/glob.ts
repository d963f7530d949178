/** Whether a case's name fits a pattern: `*` is any text within one part of the name, `**` any text at all. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : RegExp.escape(part)))
    .join("");
  return new RegExp(`^${source}$`).test(name);
}
