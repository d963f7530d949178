import type { Action, Observation } from "./event-draft.ts";

/** So often in a row is a loop. */
export const repeatsOfLoop = 4;

/** Notices when an agent does the same again and again, and the same comes of it. */
export interface Repetition {
  /**
   * Takes note of an action that has been carried out.
   * @param id of the action's event
   * @returns the id of the first of the repeats when this one makes it a loop, else null; the count begins anew then
   */
  note(id: number, action: Action, observation: Observation): number | null;
}

export function createRepetition(): Repetition {
  let last = "";
  let first = 0;
  let count = 0;
  return {
    note(id, action, observation) {
      const now = signature(action, observation);
      if (now !== last) {
        last = now;
        first = id;
        count = 0;
      }
      count += 1;
      if (count < repeatsOfLoop) return null;
      last = "";
      return first;
    },
  };
}

/** What has to be the same. A process has another id each time, and why something is done again does not matter. */
function signature({ action, args }: Action, { observation, content, extras }: Observation): string {
  const aside = new Set(action === "think" ? ["pid"] : ["pid", "thought", "confirmation_state"]);
  return JSON.stringify([action, args, observation, content, extras], (key, value: unknown) =>
    aside.has(key) ? undefined : value,
  );
}
