/** Milliseconds on the clock that all processes of a machine have in common, and nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
