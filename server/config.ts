import { resolve } from "node:path";
import * as z from "zod";
import { sizeLimits } from "../contract/index.ts";
import { isNetwork } from "./http/peer.ts";
import { missingOidcVariables, oidcVariables } from "./identity/oidc/variables.ts";
import { isLoopback } from "./loopback.ts";
import { OperatorError } from "./operator-error.ts";
import { isPostgresUrl } from "./store/postgres/url.ts";

const off = z.literal("off").transform(() => null);

const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** What a window of so many seconds is called. */
export const rateUnits: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(seconds).map(([unit, duration]) => [duration, unit]),
);

/** One fixed window: `points` requests in `duration` seconds. */
export interface RateWindow {
  readonly points: number;
  readonly duration: number;
}

const rateWindows = z
  .string()
  .regex(
    /^[1-9]\d*\/(second|minute|hour|day)(\s*;\s*[1-9]\d*\/(second|minute|hour|day))*$/,
    "must be like `10/second; 100/minute`, or `off`",
  )
  .transform((text) =>
    text.split(";").map((part): RateWindow => {
      const [points, unit] = part.trim().split("/") as [string, keyof typeof seconds];
      return { points: Number(points), duration: seconds[unit] };
    }),
  )
  .refine(
    (windows) => new Set(windows.map(({ duration }) => duration)).size === windows.length,
    "must have each of second, minute, hour and day at most once",
  );

function inSeconds(windows: readonly RateWindow[]): boolean {
  return windows.every(({ duration }) => duration === seconds.second);
}

function isRedisUrl(text: string): boolean {
  const { protocol, hostname = "" } = URL.parse(text) ?? {};
  return (protocol === "redis:" || protocol === "rediss:") && hostname !== "";
}

const flag = z.stringbool({ truthy: ["1", "true", "yes", "on"], falsy: ["0", "false", "no", "off"] });

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ""),
);

const origins = list.refine(
  (entries) => entries.every((origin) => URL.parse(origin)?.origin === origin),
  "must be origins such as `https://app.example`, without a path, separated by commas",
);

/** @param form what is accepted, as it goes into the message */
const number = (form: string, { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }) =>
  z
    .string()
    .regex(/^\d+$/, `must be ${form}`)
    .transform(Number)
    .pipe(z.int().min(min, `must be ${form}`).max(max, `must be ${form}`));

/** What an operator can set in the environment: each variable with its form, its default as text, and what it is for. */
const Environment = z.object({
  HOST: z.string().prefault("127.0.0.1").describe("The address to listen on."),
  PORT: number("a port, from 0 to 65535; 0 is any free one", { min: 0, max: 65_535 })
    .prefault("3000")
    .describe("The port to listen on."),
  DATA_DIR: z
    .string()
    .prefault("./data")
    .describe(
      "The folder for the workspaces, the key file and, without DATABASE_URL, the database, which one server uses at a time.",
    ),
  DATABASE_URL: z
    .string()
    .refine(
      isPostgresUrl,
      "must be like `postgresql://user:password@host:5432/name`, with any of / ? # @ in the password percent-encoded",
    )
    .optional()
    .describe(
      "The PostgreSQL database, as `postgresql://user:password@host:5432/name`, instead of one embedded in DATA_DIR. Parameters such as `?sslmode=verify-full` are those of the driver, pg.",
    ),
  DATABASE_POOL_SIZE: number("a number of connections, from 1 to 1000", { min: 1, max: 1000 })
    .prefault("10")
    .describe("Connections to PostgreSQL that the server has open at most."),
  LEASE_SECONDS: number("a number of seconds, from 1 to 3600", { min: 1, max: 3600 })
    .prefault("15")
    .describe(
      "With DATABASE_URL: how long other servers wait for a sign of life of one until they go on with its conversations.",
    ),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, "must be like `redis://127.0.0.1:6379`, or `rediss://…` for TLS")
    .optional()
    .describe(
      "The Redis by which several servers tell each other at once what happens, and count the requests of a user together. It may hold a password: `redis://:PASSWORD@HOST:PORT/DATABASE`. While Redis is away servers learn of each other from the database within a second, and each counts by itself.",
    ),
  AUTH_MODE: z
    .enum(
      ["token", "oidc", "none"],
      "must be `token`, `oidc` for users of an OpenID provider, or `none` for a server that only this machine can reach",
    )
    .prefault("token")
    .describe(
      "How callers prove who they are: `token` by API keys and sessions; `oidc` also by an OpenID provider, as docs/openid-connect.md explains; `none` lets everybody on this machine in.",
    ),
  ...oidcVariables,
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(
      /^(?=.{16,256}$)[A-Za-z0-9\-._~+/]+=*$/,
      "must be 16 to 256 letters, digits or any of - . _ ~ + /, as a bearer token is (RFC 6750)",
    )
    .optional()
    .describe("The first user's API key, instead of a random one."),
  ENABLE_V1: flag
    .prefault("true")
    .describe(
      "Whether V1 is served: what the documents mark with `x-gate: v1`. Off, it answers as if it did not exist.",
    ),
  LLM_MODEL: z.string().prefault("test/tools").describe("The model of users who have set none."),
  PERMITTED_CORS_ORIGINS: origins
    .prefault("")
    .describe("Origins that browsers may call from, separated by commas; any localhost origin when empty."),
  TRUSTED_PROXIES: list
    .refine(
      (entries) => entries.every(isNetwork),
      "must be addresses or networks such as `127.0.0.1, 10.0.0.0/8`, separated by commas",
    )
    .prefault("")
    .describe(
      "Proxies in front of the server, as addresses or networks separated by commas: what they say in X-Forwarded-For is believed, so that limits count clients and not the proxy. A proxy also has to pass on Host.",
    ),
  RATE_LIMIT_ADDRESS: z
    .union([off, rateWindows], "must be like `20/second`, or `off`")
    .prefault("20/second")
    .describe(
      "Requests and sockets that one address may begin, counted in each process and before authentication; `off` for no limit.",
    ),
  RATE_LIMIT_ADDRESS_BURST: z
    .union(
      [off, rateWindows.refine(inSeconds, "must be like `10/second`, or `off`")],
      "must be like `10/second`, or `off`",
    )
    .prefault("10/second")
    .describe(
      "How many of these are carried out at once; further ones wait until the second is over. `off` if none is to wait.",
    ),
  RATE_LIMIT_USER: z
    .union([off, rateWindows], "must be like `10/second; 100/minute`, or `off`")
    .prefault("10/second; 100/minute")
    .describe(
      "Requests that one user may make; counted in Redis for all servers where there is one, else in this process. `off` for no limit.",
    ),
  RATE_LIMIT_FRAMES: z
    .union([off, rateWindows], "must be like `20/second; 600/minute`, or `off`")
    .prefault("20/second; 600/minute")
    .describe("Socket frames that one user may send, counted as requests are. `off` for no limit."),
  RATE_LIMIT_BAD_KEY_ADDRESS: z
    .union([off, rateWindows], "must be like `200/minute`, or `off`")
    .prefault("200/minute")
    .describe(
      "Wrong API keys that one address may send, by login or otherwise; beyond, its keys are not looked at. `off` for no limit.",
    ),
  RATE_LIMIT_BAD_KEY_PREFIX: z
    .union([off, rateWindows], "must be like `10/minute; 100/hour`, or `off`")
    .prefault("10/minute; 100/hour")
    .describe(
      "Wrong API keys with the same beginning, as the list of keys shows it, from any address; beyond, keys that begin so are not looked at. `off` for no limit.",
    ),
  SESSION_IDLE_SECONDS: number("a number of seconds, from 60", { min: 60 })
    .prefault(String(7 * 24 * 60 * 60))
    .describe("How long a session lasts without a request or a new socket."),
  SESSION_LIFETIME_SECONDS: number("a number of seconds, from 60", { min: 60 })
    .prefault(String(30 * 24 * 60 * 60))
    .describe("How long a session lasts at most."),
  MAX_BODY_BYTES: number("a number of bytes, from 1024", { min: 1024 })
    .prefault(String(sizeLimits.jsonBody))
    .describe("The largest JSON body."),
  MAX_UPLOAD_BYTES: number("a number of bytes, from 1024", { min: 1024 })
    .prefault(String(sizeLimits.upload))
    .describe("The largest upload: all its files together."),
  MAX_FRAME_BYTES: number("a number of bytes, from 1024", { min: 1024 })
    .prefault(String(sizeLimits.socketFrame))
    .describe("The largest socket frame."),
  ALLOW_SET_CONVERSATION_ID: flag
    .prefault("false")
    .describe("Whether clients may choose the ids of the conversations that they create."),
  MAX_RUNNING_CONVERSATIONS: number("a number of conversations, from 1", { min: 1 })
    .prefault("20")
    .describe(
      "Conversations of one user that may run at a time; beyond it, the one that has been quiet the longest is stopped.",
    ),
  MAX_SOCKETS_PER_USER: number("a number of sockets, from 1", { min: 1 })
    .prefault("200")
    .describe("Sockets that one user may have open."),
  MAX_SOCKETS_PER_ADDRESS: number("a number of sockets, from 1", { min: 1 })
    .prefault("1000")
    .describe("Sockets that one address may have open, counted before authentication."),
  SOCKET_COMPRESSION: flag
    .prefault("true")
    .describe("Whether socket frames are compressed for clients that offer it (permessage-deflate, RFC 7692)."),
  COMMAND_TIMEOUT_SECONDS: number("a number of seconds, from 1 to 86400", { min: 1, max: 86_400 })
    .prefault("120")
    .describe("How long a command in a workspace may take."),
  SHUTDOWN_DRAIN_SECONDS: number("a number of seconds, from 0 to 3600", { min: 0, max: 3600 })
    .prefault("0")
    .describe(
      "How long a server that is told to end goes on serving, while its readiness probe answers 503: as long as a load balancer takes to notice.",
    ),
  SHUTDOWN_GRACE_SECONDS: number("a number of seconds, from 1 to 3600", { min: 1, max: 3600 })
    .prefault("10")
    .describe(
      "How long the end itself may take after that; then the process exits with 1. Requests that have begun get half of it. Whatever kills the process has to wait for both times together.",
    ),
  SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits, as `openssl rand -hex 32` prints")
    .optional()
    .describe("The key that encrypts stored secrets; made up and kept in DATA_DIR when left out."),
  VALIDATE_RESPONSES: z
    .enum(["all", "sample", "off"], "must be `all`, `sample` or `off`")
    .prefault("sample")
    .describe(
      "Which answers are checked against the contract: `all` fails a request that breaks it, `sample` checks one in a hundred and logs.",
    ),
  METRICS_TOKEN: z
    .string()
    .regex(
      /^(?=.{16,256}$)[A-Za-z0-9\-._~+/]+=*$/,
      "must be 16 to 256 letters, digits or any of - . _ ~ + /, as a bearer token is (RFC 6750)",
    )
    .optional()
    .describe(
      "The bearer token with which `/metrics` can be read from other machines. Without it only this machine can: it is 404 for all others.",
    ),
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "must be fatal, error, warn, info, debug, trace or silent",
    )
    .prefault("info")
    .describe("How much is logged, to standard error."),
});

/** A variable that an operator can set. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly description: string;
  /** As it would be set; null where there is none. */
  readonly initial: string | null;
}

/** Every variable, for the documentation. */
export const environmentVariables: readonly EnvironmentVariable[] = Object.entries(Environment.shape).map(
  ([name, schema]) => ({
    name,
    description: z.globalRegistry.get(schema)?.description ?? "",
    initial: schema instanceof z.ZodPrefault ? String(schema.def.defaultValue) : null,
  }),
);

export type Config = Readonly<z.output<typeof Environment>>;

/** A setting in the environment is not acceptable. The message says which, why, and what would be. */
export class ConfigError extends OperatorError {
  override name = "ConfigError";
}

/**
 * Reads the configuration.
 * @param environment the process's variables; an empty one counts as not set
 * @throws {ConfigError} naming every variable that is wrong, on one line each
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = Environment.safeParse(set);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}.`).join("\n"));
  }
  const config = { ...result.data, DATA_DIR: resolve(result.data.DATA_DIR) };
  if (config.AUTH_MODE === "none" && !isLoopback(config.HOST)) {
    throw new ConfigError(
      `AUTH_MODE: \`none\` lets everybody in, so HOST must be a loopback address, not ${config.HOST}. Fix: set HOST to 127.0.0.1, or AUTH_MODE to token.`,
    );
  }
  const missing = config.AUTH_MODE === "oidc" ? missingOidcVariables(config) : [];
  if (missing.length > 0)
    throw new ConfigError(`AUTH_MODE: \`oidc\` also needs ${missing.join(", ")}. Set what is missing.`);
  return config;
}
