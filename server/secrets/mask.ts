/** What stands where a secret stood; upstream's text (reference/v0-api.md §6.5). */
const hidden = "<secret_hidden>";

/** Whether a secret was hidden in what an action says: then it cannot be carried out from the log. */
export function holdsHidden(value: object): boolean {
  return JSON.stringify(value).includes(hidden);
}

/** Hides known values in texts. */
export interface Mask {
  /** Whether JSON text may hold one of the values: quick, and sometimes wrong in saying yes. */
  mayHide(json: string): boolean;
  /** The text with each value replaced. */
  hide(text: string): string;
}

/**
 * A mask for these values; null when there is nothing to hide. A value that stands in a text as JSON, such as the content
 * of a tool's answer, is hidden too. A value that is empty or blank hides nothing: it would be found everywhere.
 */
export function createMask(values: Iterable<string>): Mask | null {
  const forms = new Set([...values].filter((value) => value.trim() !== "").flatMap((value) => [value, escaped(value)]));
  if (forms.size === 0) return null;
  // The longest first: a value may hold another one.
  const needles = [...forms].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(needles.map((needle) => RegExp.escape(needle)).join("|"), "g");
  const inJson = needles.map(escaped);
  return {
    mayHide: (json) => inJson.some((needle) => json.includes(needle)),
    hide: (text) => text.replaceAll(pattern, hidden),
  };
}

/** As it stands between the quotes of JSON text. */
function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
