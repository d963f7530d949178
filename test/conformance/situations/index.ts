import { faults } from "./faults.ts";
import { limits } from "./limits.ts";
import { provider } from "./provider.ts";
import type { Situation } from "./situation.ts";

/** Every situation in which the server says what it says in no run. */
export const situations: readonly Situation[] = [...limits, ...provider, ...faults];
