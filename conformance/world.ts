import type { ApiDocument } from "./documents.ts";
import type { Channel } from "./messages.ts";
import type { Sightings } from "./cover/sightings.ts";
import type { Operation } from "./operations.ts";
import type { Made } from "./resources.ts";
import type { Validator } from "./schemas.ts";
import type { Secrets } from "./secrets.ts";
import type { Gates } from "./units.ts";
import type { Json } from "./json.ts";

/** A document with what judges it. */
export interface Judged {
  readonly document: ApiDocument;
  readonly validator: Validator;
}

/** What proves who a caller is: a key, and the cookie of a session, as `name=value`. */
export interface Proof {
  readonly key: string;
  readonly cookie: string;
}

/** What all cases of a run share. */
export interface World {
  /** The server under test; a path in it stands before every path of the documents. */
  readonly url: URL;
  readonly key: string | undefined;
  /** An API key of another user, to whom nothing of the first user's may show. */
  readonly secondKey: string | undefined;
  readonly gates: Gates;
  /** What everything that is made up is made from; a whole number from 0 to 4294967295. */
  readonly seed: number;
  readonly openapi: Judged;
  readonly asyncapi: Judged;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly channels: readonly Channel[];
  readonly secrets: Secrets;
  /** What has come over the wire so far. */
  readonly sightings: Sightings;
  /** How far the server's clock is ahead of this machine's, in milliseconds: what is gone depends on it. */
  readonly clockAheadMs: number;
  readonly limits: {
    /** How many requests each of the phases that make values up may send, about. */
    readonly requests: number;
    /** Milliseconds that an answer may take. */
    readonly answerMs: number;
    /** Milliseconds that a frame or a close may take. */
    readonly frameMs: number;
    /** Milliseconds that a conversation may take to run. */
    readonly startMs: number;
    /** When the run has to end, in milliseconds since 1970. */
    readonly deadline: number;
  };
  /** What the run has made on the server, to share between cases and to remove in the end. */
  readonly state: {
    readonly made: Made[];
    /** Singletons by path: what to write back. */
    readonly singletons: Map<string, Json>;
    /** The session cookie, as `name=value`. */
    cookie: string | undefined;
    /** An API key that may only read. */
    readKey: string | undefined;
    /** The id of a conversation that was started with V1. */
    v1Conversation: string | undefined;
    /** A key, and a session that was begun with it, after the key has been revoked. */
    revoked: Proof | undefined;
    /** Path parameters of a conversation that has been stopped. */
    stopped: string | undefined;
    /** Whether all tokens of git providers that are stored are the run's own. */
    ownTokens: boolean;
  };
}

/** The URL of a path of the documents on the server under test. */
export function urlOf(world: Pick<World, "url">, path: string): URL {
  const url = new URL(world.url);
  url.pathname = world.url.pathname.replace(/\/$/, "") + path;
  return url;
}

/** A case could not get as far as what it is about. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
