import closeWithGrace from "close-with-grace";
import { destination, pino } from "pino";
import type { Bootstrap } from "./identity/bootstrap.ts";
import { clockOf } from "./clock.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { startServer } from "./server.ts";
import { withoutSecrets } from "./store/postgres/url.ts";

const graceMs = 10_000;

/**
 * `openhands-api serve`: runs the server until a signal ends it. What it says to a person goes to standard output, its log
 * to standard error.
 * @throws {ConfigError} and what `startServer` throws
 */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(environment);
  const logger = pino({ level: config.LOG_LEVEL }, destination({ dest: 2, sync: true }));
  const server = await startServer(config, logger, clockOf(environment));
  closeWithGrace({ delay: graceMs, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, "the process failed");
    await server.close();
  });
  console.log(welcome(server.url, server.bootstrap, config));
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
