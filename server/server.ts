import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Logger } from "pino";
import { createActivity } from "./activity.ts";
import { createModels } from "./agent/models.ts";
import { createApp } from "./app.ts";
import { assertRestored } from "./backup/unfinished.ts";
import { systemClock, timestamp } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createConversationService } from "./conversations/conversation-service.ts";
import { createLocalEventBus } from "./conversations/event-bus.ts";
import { createClusterNode, createSoleNode } from "./conversations/membership.ts";
import { createLogWatch } from "./conversations/log-watch.ts";
import { newId } from "./identity/tokens.ts";
import { createEventLog, createSealer } from "./conversations/event-log.ts";
import type { Masks } from "./conversations/event-log.ts";
import { createDeprecatedUses } from "./deprecation.ts";
import { createIdempotency } from "./idempotency.ts";
import { createFeedback } from "./conversations/feedback.ts";
import { createSetups } from "./conversations/setups.ts";
import { createStartTasks } from "./conversations/start-tasks.ts";
import { answerClientErrors } from "./http/client-error.ts";
import { createAddressOf } from "./http/peer.ts";
import { createAccessTokens } from "./identity/access-tokens.ts";
import { createAttempts } from "./identity/attempts.ts";
import { bootstrap } from "./identity/bootstrap.ts";
import type { Bootstrap } from "./identity/bootstrap.ts";
import { createOpenAuthenticator, createTokenAuthenticator } from "./identity/credentials.ts";
import { createIdentity } from "./identity/identity.ts";
import { createOidc } from "./identity/oidc/oidc.ts";
import { oidcSettings } from "./identity/oidc/variables.ts";
import { createOriginPolicy } from "./identity/origins.ts";
import { connectRedis } from "./redis/connection.ts";
import { createRedisEventBus } from "./redis/event-bus.ts";
import { warnOfUncounted } from "./redis/uncounted.ts";
import { createMetrics } from "./metrics.ts";
import { createRequestLimits } from "./request-limits.ts";
import { createSandboxKeys } from "./identity/sandbox-keys.ts";
import { createLocalRuntime } from "./runtime/local-runtime.ts";
import { createSandboxService } from "./sandboxes/sandbox-service.ts";
import { createCipher, loadSecretKey } from "./secrets/cipher.ts";
import { createCustomSecrets } from "./secrets/custom-secrets.ts";
import { createKnownSecrets } from "./secrets/known-secrets.ts";
import { createProviderTokens } from "./secrets/provider-tokens.ts";
import { createSettingsService } from "./settings/settings-service.ts";
import { createSocketServer } from "./socket/server.ts";
import { claimDataFolder, makeDataFolder } from "./store/data-folder.ts";
import { openStore } from "./store/open-store.ts";

/** The share of the grace time in which clients may finish what they have begun; the rest is for the store. */
const clientsShare = 0.5;

/** How long a secret that another server has been told may go unnoticed: as long as a key that it has revoked. */
const foreignSecretsMs = 1000;

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Null where the users are those of an OpenID provider. */
  readonly bootstrap: Bootstrap | null;
  /** Tells readiness probes that the end is near, and serves on for as long as it may take to be heard. */
  drain(): Promise<void>;
  /**
   * Stops taking requests, ends agents and commands, says goodbye to sockets, and closes the store. What an agent had under
   * way is in the log, for the next process to go on with.
   */
  close(): Promise<void>;
  /** What `close` waits for at the moment, in words for the log. */
  waitsFor(): string;
}

/**
 * Starts a server: opens the store, goes on with what an earlier process left, and listens.
 * @throws {DataFolderError} and what listening throws, such as EADDRINUSE
 */
export async function startServer(config: Config, logger: Logger, clock: Clock = systemClock): Promise<RunningServer> {
  const release = await takeDataFolder(config);
  const store = await openStore(config, () => timestamp(clock));
  const identity = createIdentity({ store, clock, config });
  const first = wantsFirstUser(config) ? await bootstrap(identity, config.BOOTSTRAP_API_KEY) : null;
  const origins = createOriginPolicy(config.PERMITTED_CORS_ORIGINS);
  const addressOf = createAddressOf(config.TRUSTED_PROXIES);
  const attempts = createAttempts({
    perAddress: config.RATE_LIMIT_BAD_KEY_ADDRESS,
    perPrefix: config.RATE_LIMIT_BAD_KEY_PREFIX,
  });
  const redis = config.REDIS_URL === undefined ? null : await connectRedis(config.REDIS_URL, logger);
  const metrics = createMetrics();
  const limits = createRequestLimits(config, redis && { redis, failed: warnOfUncounted(redis, logger) }, metrics);
  const secretKey = await loadSecretKey(config.SECRET_KEY, config.DATA_DIR);
  const cipher = createCipher(secretKey);
  const sandboxKeys = createSandboxKeys({ secretKey, store });
  const oidc =
    config.AUTH_MODE === "oidc"
      ? createOidc({ settings: oidcSettings(config), store: store.subjects, cipher, clock, logger })
      : null;
  const authenticator =
    config.AUTH_MODE === "none" && first
      ? createOpenAuthenticator(first.userId, { origins, sandboxKeys })
      : createTokenAuthenticator({ identity, origins, attempts, oidc, sandboxKeys });
  const changed = (userId: string) => knownSecrets.forget(userId);
  const settings = createSettingsService({ store: store.settings, cipher, defaultModel: config.LLM_MODEL, changed });
  const secrets = createCustomSecrets({ store: store.secrets, cipher, changed });
  const providerTokens = createProviderTokens({ store: store.providerTokens, cipher, changed });
  const setups = createSetups({ store: store.conversations, settings, cipher });
  const knownSecrets = createKnownSecrets({
    ofUser: [
      settings.reveal,
      async (userId) => (await secrets.reveal(userId)).values(),
      async (userId) => (await providerTokens.reveal(userId)).values().map(({ token }) => token),
    ],
    validMs: config.DATABASE_URL === undefined ? Infinity : foreignSecretsMs,
    ofConversation: async (id) => setups.secretsIn(id, await store.conversations.setup(id)),
  });
  const node = newId();
  const watch = createLogWatch(createLocalEventBus(), store.leases);
  const told =
    redis && config.DATABASE_URL !== undefined
      ? await createRedisEventBus({ local: watch.bus, redis, node, logger })
      : null;
  const bus = told ?? watch.bus;
  const masks: Masks = {
    of: knownSecrets.maskOf,
    forget: knownSecrets.forget,
    ofNew: ({ setup, ...conversation }) =>
      knownSecrets.maskOfNew(conversation, setup ? setups.secretsIn(conversation.id, setup) : []),
  };
  const sealer = config.DATABASE_URL === undefined ? null : createSealer(cipher);
  const log = createEventLog(store, bus, masks, metrics, sealer);
  const models = createModels();
  const runtime = createLocalRuntime({
    directory: join(config.DATA_DIR, "workspaces"),
    commandTimeoutMs: config.COMMAND_TIMEOUT_SECONDS * 1000,
  });
  const conversations = createConversationService({
    store: store.conversations,
    leases: store.leases,
    node,
    sandboxes: store.sandboxes,
    startTasks: store.startTasks,
    log,
    bus,
    runtime,
    models,
    modelOf: settings.modelOf,
    secretsOf: secrets.list,
    maxRunning: config.MAX_RUNNING_CONVERSATIONS,
    setups,
    confirmationModeOf: settings.confirmationModeOf,
    clock,
    logger,
  });
  const sandboxes = createSandboxService({
    store: store.sandboxes,
    inSandboxes: store.conversations.inSandboxes,
    conversations,
    runtime,
    clock,
  });
  const startTasks = createStartTasks({
    store: store.startTasks,
    conversationStore: store.conversations,
    conversations,
    sandboxes,
    runtime,
    providerTokens,
    maskOf: (userId) => knownSecrets.maskOfNew({ id: "", userId }, []),
    cipher,
    clock,
    logger,
  });
  let leaving = false;
  const activity = createActivity();
  const uses = createDeprecatedUses(metrics);
  const idempotency = createIdempotency({ store: store.receipts, cipher, clock });
  const conversationState = {
    log,
    clock,
    modelOf: settings.modelOf,
    definitionOf: models.find,
    confirmationModeOf: settings.confirmationModeOf,
  };
  const sockets = createSocketServer({
    enableV1: config.ENABLE_V1,
    conversationState,
    conversations,
    idempotency,
    log,
    bus,
    activity,
    identity,
    authenticator,
    addressOf,
    limits,
    logger,
    metrics,
    clock,
    uses,
    maxFrameBytes: config.MAX_FRAME_BYTES,
    compression: config.SOCKET_COMPRESSION,
    maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
    maxSocketsPerAddress: config.MAX_SOCKETS_PER_ADDRESS,
  });
  const membership =
    config.DATABASE_URL === undefined
      ? createSoleNode(store.leases, node, runtime)
      : createClusterNode({
          leases: store.leases,
          node,
          leaseMs: config.LEASE_SECONDS * 1000,
          conversations,
          watch,
          logger,
        });
  const app = createApp({
    config,
    clock,
    logger,
    metrics,
    store,
    identity,
    oidc,
    authenticator,
    attempts,
    limits,
    redis,
    addressOf,
    origins,
    models,
    settings,
    secrets,
    providerTokens,
    conversations,
    startTasks,
    sandboxes,
    sandboxKeys,
    accessTokens: createAccessTokens(secretKey),
    log,
    feedback: createFeedback({ store: store.feedback, clock }),
    activity,
    uses,
    idempotency,
    connections: sockets.connections.count,
    leaving: () => leaving,
  });
  metrics.watch({
    sockets: sockets.connections.total,
    unsentBytes: sockets.connections.unsentBytes,
    agentLoops: conversations.agentLoops,
    redis: redis && (() => Number(redis.answers())),
  });
  const server = createServer({ shouldUpgradeCallback: asksForSocket }, app);
  server.prependListener("request", (_req, res: ServerResponse) => {
    if (leaving) res.setHeader("Connection", "close"); // RFC 9112 §9.6: the next request goes to another server
  });
  answerClientErrors(server, logger);
  sockets.attach(server);

  async function drain(): Promise<void> {
    leaving = true;
    await sleep(config.SHUTDOWN_DRAIN_SECONDS * 1000);
  }

  let waitsFor = "nothing";
  const during = (what: string, work: Promise<void>): Promise<void> => {
    waitsFor = what;
    return work;
  };

  async function close(): Promise<void> {
    leaving = true;
    const patienceMs = config.SHUTDOWN_GRACE_SECONDS * 1000 * clientsShare;
    const closed = promisify(server.close.bind(server))();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), patienceMs).unref();
    await during("conversations that are being started", startTasks.close());
    await during("agents and their commands", conversations.close());
    await during("the hand-over to other servers", membership.leave()); // they go on with what was under way
    await during("clients of sockets", sockets.close(patienceMs)); // after the last event
    await during("requests", closed);
    if (told) await during("Redis", told.close());
    if (redis) await during("Redis", redis.close());
    await during("the store", store.close());
    release();
  }

  oidc?.answers(); // one that does not is in the log before anybody needs it
  await membership.join();
  await startTasks.recover();
  await conversations.recover();
  await listen(server, config).catch(async (error: unknown) => {
    await conversations.close();
    await membership.leave();
    await told?.close();
    await redis?.close();
    await store.close();
    release();
    throw error;
  });
  const { port } = server.address() as AddressInfo; // a TCP server's address, once it listens
  return { url: `http://${host(config.HOST)}:${port}`, bootstrap: first, drain, close, waitsFor: () => waitsFor };
}

/** An embedded database has one server; one that many share says itself whose turn it is. @returns gives the folder free again */
async function takeDataFolder({ DATA_DIR, DATABASE_URL }: Config): Promise<() => void> {
  if (DATABASE_URL !== undefined) {
    await makeDataFolder(DATA_DIR);
    return () => {};
  }
  const release = await claimDataFolder(DATA_DIR);
  assertRestored(DATA_DIR);
  return release;
}

/** With `AUTH_MODE=oidc` the users come from the provider, unless the operator wants a key that needs none. */
function wantsFirstUser({ AUTH_MODE, BOOTSTRAP_API_KEY }: Config): boolean {
  return AUTH_MODE !== "oidc" || BOOTSTRAP_API_KEY !== undefined;
}

/** An upgrade to anything else (`curl --http2` asks for h2c) is declined, RFC 9110 §7.8: the request is answered as it is. */
function asksForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function listen(server: ReturnType<typeof createServer>, { HOST, PORT }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** As a URL writes it, RFC 3986 §3.2.2. */
function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
