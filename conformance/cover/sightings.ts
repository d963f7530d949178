import type { HttpAnswer } from "../http/exchange.ts";
import { mediaTypeOf } from "../http/checks.ts";
import { parseJson } from "../json.ts";
import type { Json } from "../json.ts";
import type { Channel, Message } from "../messages.ts";
import { jsonOf, responseFor } from "../operations.ts";
import type { Operation } from "../operations.ts";
import { meetParts, noParts } from "./schema-parts.ts";
import type { SchemaParts } from "./schema-parts.ts";

/** What has come over the wire so far, of what the documents declare. Whether it was as promised is judged elsewhere. */
export interface Sightings {
  readonly media: Set<string>;
  readonly headers: Set<string>;
  readonly messages: Set<string>;
  readonly closeCodes: Set<string>;
  readonly parts: SchemaParts;
}

export function noSightings(): Sightings {
  return { media: new Set(), headers: new Set(), messages: new Set(), closeCodes: new Set(), parts: noParts() };
}

/** Takes note of an answer of an operation. */
export function sightAnswer(sightings: Sightings, operation: Operation, answer: HttpAnswer): void {
  const response = responseFor(operation, answer.status);
  if (!response) return;
  const type = mediaTypeOf(answer);
  if (type !== undefined) sightings.media.add(mediaName(operation, answer.status, type));
  for (const { name } of response.headers)
    if (answer.headers.has(name)) sightings.headers.add(headerName(operation, answer.status, name));
  const media = jsonOf(response.media);
  const body = media?.name === type ? parseJson(answer.text) : undefined;
  if (media?.schema && body !== undefined) meetParts(media.schema, body, sightings.parts);
}

/** Takes note of a message of the server, or of one that was sent to it. */
export function sightMessage(sightings: Sightings, channel: Channel, message: Message, payload: Json): void {
  sightings.messages.add(messageName(channel, message));
  if (message.direction === "to-client") meetParts(message.payload, payload, sightings.parts);
}

export function sightClose(sightings: Sightings, channel: Channel, code: number): void {
  sightings.closeCodes.add(closeName(channel, code));
}

export function mediaName({ id }: Operation, status: number, type: string): string {
  return `${id} ${status} ${type}`;
}

export function headerName({ id }: Operation, status: number, name: string): string {
  return `${id} ${status} ${name}`;
}

export function messageName(channel: Channel, { name, direction }: Message): string {
  return `${channel.name}/${name} ${direction === "to-client" ? "from" : "to"} the server`;
}

export function closeName(channel: Channel, code: number): string {
  return `${channel.name} ${code}`;
}
