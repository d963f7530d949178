import { authFaults } from "./auth.ts";
import type { Fault } from "./fault.ts";
import { headerFaults } from "./headers.ts";
import { restFaults } from "./rest.ts";
import { socketFaults } from "./socket.ts";
import { stateFaults } from "./state.ts";
import { versionFaults } from "./versions.ts";

/** Every fault, written from what the documents promise and not from what the runner checks. */
export const faults: readonly Fault[] = [
  ...restFaults,
  ...headerFaults,
  ...versionFaults,
  ...authFaults,
  ...stateFaults,
  ...socketFaults,
];
