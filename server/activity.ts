/** When clients last wanted something of the server. */
export interface Activity {
  /** A client wants something now. */
  note(): void;
  /** Seconds since it was noted last, or since the start. */
  idleSeconds(): number;
}

/** By the clock that only goes forward: one that is set must not make a server look idle. */
export function createActivity(): Activity {
  let last = performance.now();
  return {
    note: () => void (last = performance.now()),
    idleSeconds: () => (performance.now() - last) / 1000,
  };
}
