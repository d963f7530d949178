import { createHash } from "node:crypto";

/** What the V1 id of an event says. */
export interface EventPlace {
  /** The first digits of the conversation's id, by which conversations are looked for. */
  readonly prefix: string;
  /** The digest of the conversation's id, by which the right one of them is known. */
  readonly digest: string;
  /** The V0 event that it is a rendering of. */
  readonly eventId: number;
  /** Which of its renderings it is, from 0. */
  readonly part: number;
}

const prefixDigits = 6;
const digestDigits = 11;

/** Bits of the event's id. 2^48 events of one log would take longer than there are disks for. */
const eventDigits = 12;

/** Six bits are left for the part: two are taken by the variant. */
export const mostParts = 64;

/**
 * The V1 ids of one conversation's events: UUIDs of version 8 (RFC 9562 §5.8), made of 24 bits of the conversation's id, 44
 * bits of its digest, 48 bits of the event's id and 6 of the part. So an id is the same whenever an event is read, and says
 * where the event is: nothing is stored for it.
 */
export function createEventIds(conversationId: string): (eventId: number, part?: number) => string {
  const conversation = conversationId.slice(0, prefixDigits) + digestOf(conversationId);
  return (eventId, part = 0) => {
    const variant = (0x80 | part).toString(16);
    const [a, b, c] = [conversation.slice(0, 12), conversation.slice(12, 15), conversation.slice(15)];
    const rest = c + eventId.toString(16).padStart(eventDigits, "0");
    return `${a.slice(0, 8)}-${a.slice(8)}-8${b}-${variant}${rest.slice(0, 2)}-${rest.slice(2)}`;
  };
}

const pattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?8[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;

/** Where the event of an id is, the dashes of which may be left out; null for an id that is none of ours. */
export function eventPlace(id: string): EventPlace | null {
  if (!pattern.test(id)) return null;
  const digits = id.replaceAll("-", "").toLowerCase();
  const conversation = digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(18, 20);
  return {
    prefix: conversation.slice(0, prefixDigits),
    digest: conversation.slice(prefixDigits),
    eventId: Number.parseInt(digits.slice(20), 16),
    part: Number.parseInt(digits.slice(16, 18), 16) & (mostParts - 1),
  };
}

/** Whether a conversation is the one that an id speaks of. */
export function isPlacedIn(conversationId: string, { prefix, digest }: EventPlace): boolean {
  return conversationId.startsWith(prefix) && digestOf(conversationId) === digest;
}

/** Clients may choose the ids of conversations, so that their first digits alone tell little. */
function digestOf(conversationId: string): string {
  return createHash("sha256").update(conversationId).digest("hex").slice(0, digestDigits);
}

/** A conversation's id with dashes, as V1 writes it in places. */
export function dashed(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
