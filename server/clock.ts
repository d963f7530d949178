/** The time, so that tests can set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The clock's time as it goes over the wire: RFC 3339, UTC, milliseconds. */
export function timestamp(clock: Clock): string {
  return clock.now().toISOString();
}
