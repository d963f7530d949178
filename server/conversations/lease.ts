import { LeaseLostError } from "../store/store.ts";
import type { Admission } from "../store/store.ts";

/** Lets the agent append as long as nobody else has taken over: an append and a change of hands never come at once. */
export function heldIn(epoch: number): Admission {
  return (head) => {
    if (head.epoch !== epoch) throw new LeaseLostError("Another server runs the agent of this conversation now.");
  };
}
