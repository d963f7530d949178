/** A table of Markdown. The cells are Markdown of one line, in which nothing ends a cell or begins an HTML tag. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows.map((row) => row.map(tableCell))]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}

/** A bar is escaped even in a code span, where GitHub's tables look for it too; a `<` there is only a sign. */
function tableCell(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/`[^`]*`|</g, (found) => (found === "<" ? "\\<" : found))
    .replaceAll("|", "\\|")
    .trim();
}
