import closeWithGrace from "close-with-grace";
import { destination, pino } from "pino";
import type { Logger } from "pino";
import type { Bootstrap } from "./identity/bootstrap.ts";
import { clockOf } from "./clock.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { startServer } from "./server.ts";
import type { RunningServer } from "./server.ts";
import { withoutSecrets } from "./store/postgres/url.ts";

/**
 * `openhands-api serve`: runs the server until a signal ends it. What it says to a person goes to standard output, its log
 * to standard error.
 * @throws {ConfigError} and what `startServer` throws
 */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(environment);
  const logger = pino({ level: config.LOG_LEVEL }, destination({ dest: 2, sync: true }));
  const server = await startServer(config, logger, clockOf(environment));
  endGracefully(server, config, logger);
  console.log(welcome(server.url, server.bootstrap, config));
}

/** On a signal, or when the process fails. A second signal ends the process at once, with 1. */
function endGracefully(server: RunningServer, config: Config, logger: Logger): void {
  const { SHUTDOWN_DRAIN_SECONDS: drainSeconds, SHUTDOWN_GRACE_SECONDS: graceSeconds } = config;
  const onTimeout = () =>
    logger.error({ waits_for: server.waitsFor() }, "the server could not end within SHUTDOWN_GRACE_SECONDS");
  closeWithGrace({ delay: (drainSeconds + graceSeconds) * 1000, logger, onTimeout }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, "the process failed");
    else {
      logger.info({ signal, drain_seconds: drainSeconds }, "the server ends");
      await server.drain();
    }
    await server.close();
  });
}

/** What a person needs to begin with. The last line is the one that programs wait for. */
function welcome(url: string, bootstrap: Bootstrap | null, config: Config): string {
  const lines: string[] = [];
  const newKey = bootstrap?.newKey ?? null;
  if (config.AUTH_MODE === "oidc") {
    lines.push("", `  Log in with a browser           ${new URL("../../../login", config.OIDC_REDIRECT_URL).href}`);
  }
  if (newKey !== null && config.AUTH_MODE === "token") {
    const shown = config.BOOTSTRAP_API_KEY === undefined ? newKey : "the one in BOOTSTRAP_API_KEY";
    lines.push(
      "",
      `  Your API key (shown this once)  ${shown}`,
      ...(config.BOOTSTRAP_API_KEY === undefined
        ? [`  Log in with a browser           ${url}/login#${newKey}`]
        : [`  Log in with a browser           ${url}/login`]),
    );
  }
  lines.push(
    ...(lines.length === 0 ? [""] : []),
    `  REST, OpenAPI 3.1               ${url}/openapi.yaml`,
    `  Sockets, AsyncAPI 3.0           ${url}/asyncapi.yaml`,
    `  Data                            ${config.DATA_DIR}`,
    ...(config.DATABASE_URL === undefined
      ? []
      : [`  Database                        ${withoutSecrets(config.DATABASE_URL)}`]),
    "",
    `openhands-api listens on ${url}`,
  );
  return lines.join("\n");
}
