/** What a check has come to: all is well, something may go wrong, or the server will not run so. */
export type Verdict = "ok" | "warning" | "problem";

/** A line for whoever runs the server. It holds nothing secret. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at, in a word or two. */
  readonly about: string;
  /** What was found, and what to do about it where that is not well. */
  readonly says: string;
}

/** @param about what is looked at */
export function findingsAbout(about: string) {
  return {
    ok: (says: string): Finding => ({ verdict: "ok", about, says }),
    warning: (says: string): Finding => ({ verdict: "warning", about, says }),
    problem: (says: string): Finding => ({ verdict: "problem", about, says }),
  };
}

/** Why something failed, in a few words: the system's code where there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", "); // of each address of a name
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
