import { pointerTo } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** What Spectral, and the AsyncAPI parser that is built on it, report. */
export interface Diagnostic {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly severity: number;
  readonly range: { readonly start: { readonly line: number } };
}

/** In the order of their numbers, which are the Language Server Protocol's less one. */
const severities = ["error", "warning", "info", "hint"] as const;

export function findingOf(linter: string, { code, message, path, severity, range }: Diagnostic): Finding {
  return {
    rule: `${linter}/${code}`,
    severity: severities[severity] ?? "error",
    message,
    at: pointerTo(path),
    line: range.start.line + 1,
  };
}
