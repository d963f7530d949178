import type { Probe } from "./probe.ts";

/**
 * One thing to try. A case that is named as a unit of the documents shows that unit; a longer name
 * (`rest/keys.get/200/again`) tries more of it. It passes when nothing was written to `probe.failures` and nothing thrown.
 */
export interface Case {
  readonly name: string;
  readonly run: (probe: Probe) => Promise<void>;
}
