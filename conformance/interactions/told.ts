import type { Json } from "../json.ts";
import { cut } from "../probe.ts";
import type { Probe } from "../probe.ts";
import type { Outcome } from "./trying.ts";

/** Writes down in a case what one attempt has shown, and what was special about it. */
export function tell(probe: Probe, { failures, exchanges }: Outcome, what: string): void {
  if (failures.length === 0) return;
  probe.exchanges.push(...exchanges);
  for (const failure of failures) probe.fail({ ...failure, found: `${failure.found} (${what})` });
}

/** A value for a person. */
export function shown(value: Json | undefined): string {
  return value === undefined ? "left out" : cut(JSON.stringify(value), 300);
}
