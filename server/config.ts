import { resolve } from "node:path";
import * as z from "zod";
import { sizeLimits } from "../contract/index.ts";

const off = z.literal("off").transform(() => null);

const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** One fixed window: `points` requests in `duration` seconds. */
export interface RateWindow {
  readonly points: number;
  readonly duration: number;
}

const rateWindows = z
  .string()
  .regex(
    /^\d+\/(second|minute|hour|day)(\s*;\s*\d+\/(second|minute|hour|day))*$/,
    "must be like `10/second; 100/minute`, or `off`",
  )
  .transform((text) =>
    text.split(";").map((part): RateWindow => {
      const [points, unit] = part.trim().split("/") as [string, keyof typeof seconds];
      return { points: Number(points), duration: seconds[unit] };
    }),
  );

const flag = z.stringbool({ truthy: ["1", "true", "yes", "on"], falsy: ["0", "false", "no", "off"] });

const bytes = z.string().regex(/^\d+$/, "must be a number of bytes").transform(Number).pipe(z.int().min(1024));

const origins = z.string().transform((text) =>
  text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== ""),
);

/** What an operator can set in the environment: each variable with its form, its default and what it is for. */
const Environment = z.object({
  HOST: z.string().default("127.0.0.1").describe("The address to listen on."),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "must be a port from 0 to 65535; 0 is any free one")
    .default("3000")
    .transform(Number)
    .pipe(z.int().min(0).max(65_535))
    .describe("The port to listen on."),
  DATA_DIR: z
    .string()
    .min(1)
    .default("./data")
    .describe("The folder for the database, the workspaces and the key file."),
  AUTH_MODE: z
    .enum(["token", "none"], "must be `token`, or `none` for a server that only this machine can reach")
    .default("token")
    .describe("How callers prove who they are."),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{16,256}$/, "must be 16 to 256 visible ASCII characters")
    .optional()
    .describe("The first user's API key, instead of a random one."),
  ENABLE_V1: flag.default(true).describe("Whether `/api/v1` is served."),
  LLM_MODEL: z.string().min(1).default("test/tools").describe("The model of users who have set none."),
  PERMITTED_CORS_ORIGINS: origins
    .default([])
    .describe("Origins that browsers may call from, separated by commas; any localhost origin when empty."),
  RATE_LIMIT_ADDRESS: z
    .union([off, rateWindows], "must be like `20/second`, or `off`")
    .default([{ points: 20, duration: 1 }])
    .describe("Requests that one address may make, counted before authentication."),
  RATE_LIMIT_USER: z
    .union([off, rateWindows], "must be like `10/second; 100/minute`, or `off`")
    .default([
      { points: 10, duration: 1 },
      { points: 100, duration: 60 },
    ])
    .describe("Requests that one user may make."),
  MAX_BODY_BYTES: bytes.default(sizeLimits.jsonBody).describe("The largest JSON body."),
  MAX_FRAME_BYTES: bytes.default(sizeLimits.socketFrame).describe("The largest socket frame."),
  MAX_SOCKETS_PER_USER: z
    .string()
    .regex(/^\d+$/, "must be a number")
    .default("200")
    .transform(Number)
    .pipe(z.int().min(1))
    .describe("Sockets that one user may have open."),
  COMMAND_TIMEOUT_SECONDS: z
    .string()
    .regex(/^\d+$/, "must be a number of seconds")
    .default("120")
    .transform(Number)
    .pipe(z.int().min(1).max(86_400))
    .describe("How long a command in a workspace may take."),
  SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits, as `openssl rand -hex 32` prints")
    .optional()
    .describe("The key that encrypts stored secrets; made up and kept in DATA_DIR when left out."),
  VALIDATE_RESPONSES: z
    .enum(["all", "sample", "off"])
    .default("sample")
    .describe(
      "Which answers are checked against the contract: `all` fails a request that breaks it, `sample` logs one in a hundred.",
    ),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("How much is logged to standard error."),
});

export type Config = Readonly<z.output<typeof Environment>>;

/** A setting in the environment is not acceptable. The message says which, why, and what would be. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Variables that later versions will take; ignoring one would lose somebody's data or limits without a word. */
const notYet = {
  DATABASE_URL: "PostgreSQL is not supported yet; the database is embedded, in DATA_DIR",
  REDIS_URL: "Redis is not supported yet; the server runs as one process",
} as const;

/**
 * Reads the configuration.
 * @param environment the process's variables; an empty one counts as not set
 * @throws {ConfigError} naming every variable that is wrong, on one line each
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const unsupported = Object.entries(notYet).filter(([name]) => name in set);
  if (unsupported.length > 0)
    throw new ConfigError(unsupported.map(([name, reason]) => `${name} is set, but ${reason}.`).join("\n"));
  const result = Environment.safeParse(set);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}.`).join("\n"));
  }
  const config = { ...result.data, DATA_DIR: resolve(result.data.DATA_DIR) };
  if (config.AUTH_MODE === "none" && !isLoopback(config.HOST)) {
    throw new ConfigError(
      `AUTH_MODE: \`none\` lets everybody in, so HOST must be a loopback address such as 127.0.0.1, not ${config.HOST}.`,
    );
  }
  return config;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
