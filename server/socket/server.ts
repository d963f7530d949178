import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type * as z from "zod";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { channels, requestHeaders, securitySchemes } from "../../contract/index.ts";
import type { ErrorCode } from "../../contract/index.ts";
import type { Activity } from "../activity.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventBus } from "../conversations/event-bus.ts";
import type { EventLog } from "../conversations/event-log.ts";
import type { StateDeps } from "../conversations/v1/conversation-state.ts";
import type { DeprecatedUses } from "../deprecation.ts";
import { issueDetails, toApiError, validationFailed } from "../http/errors.ts";
import type { Idempotency } from "../idempotency.ts";
import type { AddressOf } from "../http/peer.ts";
import { rawAnswer } from "../http/raw-answer.ts";
import type { Authenticator } from "../identity/credentials.ts";
import type { Identity } from "../identity/identity.ts";
import type { Principal } from "../identity/principal.ts";
import type { ConversationRecord } from "../store/store.ts";
import { keepNoInflater, negotiate, statelessDeflate } from "./compression.ts";
import { createConnections, goingAway } from "./connections.ts";
import type { ConversationSocket } from "./conversation-socket.ts";
import type { Connections } from "./connections.ts";
import { speak } from "./events.ts";
import type { EventsQuery } from "./events.ts";
import { speakV1 } from "./events-v1.ts";
import type { EventsV1Query } from "./events-v1.ts";
import { createOutbox } from "./outbox.ts";
import { nameRequest } from "../http/request-id.ts";
import type { Metrics } from "../metrics.ts";
import type { RequestLimits } from "../request-limits.ts";
import { continueTrace, inTrace } from "../trace.ts";
import { createWatch } from "./watch.ts";
import type { Watch } from "./watch.ts";

export interface SocketDeps {
  readonly conversations: ConversationService;
  readonly idempotency: Idempotency;
  readonly log: EventLog;
  readonly bus: EventBus;
  readonly activity: Activity;
  readonly identity: Identity;
  readonly authenticator: Authenticator;
  readonly addressOf: AddressOf;
  readonly limits: RequestLimits;
  readonly metrics: Pick<Metrics, "socketClosed" | "frame">;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly uses: DeprecatedUses;
  readonly maxFrameBytes: number;
  /** Whether conversations of V1 have sockets. */
  readonly enableV1: boolean;
  readonly conversationState: StateDeps;
  /** Whether clients that ask for it get their frames compressed. */
  readonly compression: boolean;
  readonly maxSocketsPerUser: number;
  readonly maxSocketsPerAddress: number;
}

export interface SocketServer {
  /** Takes over the upgrades of an HTTP server. */
  attach(server: Server): void;
  /** The sockets that are open. */
  readonly connections: Pick<Connections, "count" | "total" | "unsentBytes">;
  /**
   * Closes every socket with 1001, after what has been appended. Resolves when all of them are gone.
   * @param patienceMs how long a client may take to answer, at most
   */
  close(patienceMs: number): Promise<void>;
}

/** The address of both protocols: which of them is spoken depends on the conversation. */
const { address } = channels.events;
const pathPattern = new RegExp(`^${address.replace(/:[a-z_]+/, "(?<id>[^/]*)")}$`);

/** The codes of the refusals that the channel documents, by the error that is behind them. */
const closeCodes = {
  validation_failed: 4400,
  credentials_conflict: 4400,
  unauthenticated: 4401,
  invalid_credentials: 4401,
  origin_forbidden: 4403,
  conversation_not_found: 4404,
  rate_limited: 4429,
  not_ready: 1013,
} as const;

export function createSocketServer(deps: SocketDeps): SocketServer {
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: deps.maxFrameBytes,
    perMessageDeflate: statelessDeflate,
    clientTracking: false,
  });
  const connections = createConnections({
    perUser: deps.maxSocketsPerUser,
    perAddress: deps.maxSocketsPerAddress,
  });
  const watch = createWatch(deps);
  return {
    attach(server) {
      server.on("upgrade", (req: IncomingMessage, stream: Duplex, head: Buffer) => {
        const url = URL.parse(req.url ?? "/", "http://server");
        const id = pathPattern.exec(url?.pathname ?? "")?.groups?.["id"];
        deps.activity.note();
        if (url === null || id === undefined) return refuseUpgrade(stream, url?.pathname ?? "/");
        negotiate(req, deps.compression);
        webSockets.handleUpgrade(
          req,
          stream,
          head,
          (socket) => void enter(socket, { req, stream, url, id }, { ...deps, connections, watch }),
        );
      });
    },
    connections,
    async close(patienceMs) {
      await new Promise(setImmediate); // frames of this tick are on their way by then
      watch.close();
      await connections.close(patienceMs);
    },
  };
}

/** There is no socket at this address, so there is nobody to tell in a close code. */
function refuseUpgrade(stream: Duplex, path: string): void {
  stream.on("error", () => stream.destroy()); // nobody else listens any more: it would end the process
  const error = new ApiError("route_not_found", `There is no socket at ${path}. Compare the path with /asyncapi.yaml.`);
  stream.end(rawAnswer(error, randomUUID()));
}

interface Handshake {
  readonly req: IncomingMessage;
  readonly stream: Duplex;
  readonly url: URL;
  readonly id: string;
}

interface OpenDeps extends SocketDeps {
  readonly connections: Connections;
  readonly watch: Watch;
}

/** From here on the log knows which socket it is about, and what is asked of others is part of the client's trace. */
async function enter(socket: WebSocket, handshake: Handshake, deps: OpenDeps): Promise<void> {
  const { headers } = handshake.req;
  const header = (name: string) => headers[name.toLowerCase()]?.toString();
  const trace = continueTrace({ traceparent: header("traceparent"), tracestate: header("tracestate") });
  const { id } = nameRequest(header(requestHeaders.RequestId.name));
  const logger = deps.logger.child({ request_id: id, trace_id: trace.traceId });
  socket.once("close", deps.metrics.socketClosed);
  await inTrace(trace, () => accept(socket, handshake, { ...deps, logger }));
}

/** The handshake is complete by now: a browser reads the reason of a refusal only from a close frame. */
async function accept(socket: WebSocket, handshake: Handshake, deps: OpenDeps): Promise<void> {
  const { connections } = deps;
  // Frames may arrive while the handshake is still being judged.
  socket.pause();
  socket.on("error", (error) => deps.logger.debug({ err: error }, "socket error")); // ws closes it with the right code itself
  try {
    if (!connections.enter(socket, deps.addressOf(handshake.req))) {
      throw new ApiError(
        "rate_limited",
        `Your address has ${deps.maxSocketsPerAddress} sockets open. Close one first.`,
      );
    }
    await countHandshake(socket, handshake, deps);
    const { principal, record, protocol } = await admit(handshake, deps);
    if (connections.closing()) return socket.close(...goingAway);
    if (socket.readyState !== socket.OPEN) return; // gone meanwhile, so that nothing would take it out again
    if (!connections.add(socket, record.id, principal.userId)) {
      throw new ApiError("rate_limited", `You have ${deps.maxSocketsPerUser} sockets open. Close one first.`);
    }
    serve(socket, { ...handshake, principal, record, protocol }, deps);
  } catch (error) {
    const { code, message, cause } = toApiError(error);
    if (code in closeCodes) deps.logger.info({ path: handshake.url.pathname, reason: code }, "socket refused");
    else deps.logger.error({ err: cause ?? error }, "socket refused");
    close(socket, closeCodeOf(code), message);
  } finally {
    socket.resume();
  }
}

/** Who has left while the handshake waited is told nothing. @throws {ApiError} `rate_limited` */
async function countHandshake(socket: WebSocket, { req }: Handshake, { limits, addressOf }: OpenDeps): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  await limits.countAddress(addressOf(req), gone.signal).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
}

/** What is spoken, and how the client wants it. */
type Protocol =
  | { readonly version: "V0"; readonly query: EventsQuery }
  | { readonly version: "V1"; readonly query: EventsV1Query };

interface Admission {
  readonly principal: Principal;
  readonly record: ConversationRecord;
  readonly protocol: Protocol;
}

/** @throws {ApiError} one of `closeCodes` */
async function admit({ req, url, id }: Handshake, deps: SocketDeps): Promise<Admission> {
  const { authenticator, addressOf, conversations } = deps;
  const params = channels.eventsV1.params.safeParse({ conversation_id: id }); // the wider one
  // A socket changes things, whatever it turns out to be used for.
  const principal = await authenticator.authenticate({
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    address: addressOf(req),
    queryKey: url.searchParams.get(securitySchemes.sessionApiKeyQuery.name) ?? undefined, // also when the rest is unfit
    changes: true,
    inSandbox: true,
  });
  if (!params.success) throw validationFailed(issueDetails("path", params.error.issues));
  const record = await conversations.get(principal, params.data.conversation_id);
  if (record.version === "V1" && !deps.enableV1) throw new ApiError("conversation_not_found");
  if (record.version === "V0") assertFits(channels.events.params, { conversation_id: id });
  return { principal, record, protocol: protocolOf(record, url) };
}

/** @throws {ApiError} `validation_failed` */
function assertFits(schema: z.ZodObject, params: object): void {
  const { error } = schema.safeParse(params);
  if (error) throw validationFailed(issueDetails("path", error.issues));
}

/** @throws {ApiError} `validation_failed` */
function protocolOf({ version, lastEventId }: ConversationRecord, { searchParams }: URL): Protocol {
  const given = Object.fromEntries(searchParams);
  if (version === "V1") return { version, query: readQuery(channels.eventsV1.query, given) };
  const query = readQuery(channels.events.query, given);
  if (query.latest_event_id > lastEventId) {
    throw validationFailed([
      { in: "query", path: "latest_event_id", message: `must not be above ${lastEventId}, the last event's id` },
    ]);
  }
  return { version, query };
}

/** @throws {ApiError} `validation_failed` */
function readQuery<Query extends z.ZodObject>(schema: Query, given: object): z.output<Query> {
  const query = schema.safeParse(given);
  if (!query.success) throw validationFailed(issueDetails("query", query.error.issues));
  return query.data;
}

function serve(
  socket: WebSocket,
  { req, stream, url, principal, record, protocol }: Handshake & Admission,
  deps: OpenDeps,
): void {
  const { uses } = deps;
  const logger = deps.logger.child({ conversation_id: record.id });
  let admitted = true;
  const unwatch = deps.watch.add(principal, () => {
    admitted = false;
    close(socket, 4401, "Your key or session has ended. Connect again with another one.");
  });
  const resumption = protocol.version === "V1" ? "resend_all" : "latest_event_id";
  const outbox = createOutbox(socket, stream, {
    batch: protocol.version === "V0" && protocol.query.batch,
    tooSlow: () => close(socket, 1013, `You read too slowly. Connect again with ${resumption}.`),
  });
  socket.on("message", deps.activity.note);
  keepNoInflater(socket);
  const deprecated = logWhenClosed(socket, { path: url.pathname, userId: principal.userId, logger });
  const conversation: ConversationSocket = {
    socket,
    outbox,
    principal,
    record,
    admitted: () => admitted,
    count: () => deps.limits.countFrame(principal.userId),
    noteOutcome: deps.metrics.frame,
    noteDeprecated(name) {
      deprecated.set(name, (deprecated.get(name) ?? 0) + 1);
      uses.note({ name, userId: principal.userId, address: deps.addressOf(req), logger });
    },
    close: (code, reason) => close(socket, code, reason),
    fail: (error, reason) => close(socket, closeCodeOf(toApiError(error).code), reason),
  };
  const hangUp =
    protocol.version === "V1"
      ? speakV1(conversation, protocol.query, { ...deps, logger })
      : speak(conversation, protocol.query, { ...deps, logger });
  socket.once("close", hangUp);
  socket.once("close", unwatch);
}

/** 1011, RFC 6455 §7.4.1, for what the channel does not document. */
function closeCodeOf(code: ErrorCode): number {
  return closeCodes[code as keyof typeof closeCodes] ?? 1011;
}

/**
 * One line for each socket, as for each request. Never what went over it.
 * @returns how often each deprecated message has come, by its name, to be counted by the caller
 */
function logWhenClosed(
  socket: WebSocket,
  { path, userId, logger }: { readonly path: string; readonly userId: string; readonly logger: Logger },
): Map<string, number> {
  const began = performance.now();
  const deprecated = new Map<string, number>();
  socket.once("close", (code) => {
    const counts = deprecated.size > 0 && { deprecated: Object.fromEntries(deprecated) };
    const ms = Math.round(performance.now() - began);
    logger.info({ path, code, ms, user_id: userId, ...counts }, "socket");
  });
  return deprecated;
}

/** RFC 6455 §5.5: a close reason has at most 123 bytes. */
function close(socket: WebSocket, code: number, reason: string): void {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  socket.close(code, text);
}
