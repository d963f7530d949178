import type { Express } from "express";
import { pino } from "pino";
import { createActivity } from "../../../server/activity.ts";
import { createApp } from "../../../server/app.ts";
import type { AppDeps } from "../../../server/app.ts";
import { systemClock } from "../../../server/clock.ts";
import { readConfig } from "../../../server/config.ts";
import { createDeprecatedUses } from "../../../server/deprecation.ts";
import { createMetrics } from "../../../server/metrics.ts";
import { createRequestLimits } from "../../../server/request-limits.ts";

/** The app with every gate open, on ports that fail except for those that are given. */
export function appOnFailingPorts(dataDir: string, given: Partial<AppDeps> = {}): Express {
  const config = readConfig({ DATA_DIR: dataDir, RATE_LIMIT_USER: "off", RATE_LIMIT_ADDRESS: "off" });
  const metrics = createMetrics();
  const broken = failing(() => new Error("The port has failed."));
  return createApp({
    config,
    metrics,
    limits: createRequestLimits(config, null, metrics),
    redis: null,
    leaving: () => false,
    clock: systemClock,
    logger: pino({ level: "silent" }),
    activity: createActivity(),
    uses: createDeprecatedUses(metrics),
    store: broken,
    identity: broken,
    oidc: broken,
    authenticator: broken,
    attempts: broken,
    addressOf: broken,
    origins: broken,
    models: broken,
    settings: broken,
    secrets: broken,
    providerTokens: broken,
    conversations: broken,
    startTasks: broken,
    sandboxes: broken,
    sandboxKeys: broken,
    accessTokens: broken,
    log: broken,
    feedback: broken,
    idempotency: broken,
    connections: broken,
    ...given,
  });
}

/** A port that fails, whatever is asked of it: a function, and an object all of whose members are the same. */
// oxlint-disable-next-line typescript/no-explicit-any -- it stands for each of the ports
export function failing(error: () => Error): any {
  const port: object = new Proxy(() => {}, {
    get: () => port,
    apply() {
      throw error();
    },
  });
  return port;
}
