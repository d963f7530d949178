/** A text as it stands in XML and HTML, in an element or a quoted attribute. What XML 1.0 §2.2 has no room for is shown as �. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(unwritable, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Control characters other than tab and the ends of lines, and two that are none (XML 1.0 §2.2). */
const unwritable = /[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
