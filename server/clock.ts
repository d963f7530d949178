/** The time, so that tests can set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A time of a client in the form of the server's own, so that the texts sort as the moments do. @param text RFC 3339 */
export function canonical(text: string): string {
  return new Date(text).toISOString();
}

/** The clock's time as it goes over the wire: RFC 3339, UTC, milliseconds. */
export function timestamp(clock: Clock): string {
  return clock.now().toISOString();
}
