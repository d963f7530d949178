import { createClient } from "redis";
import type { Config } from "../config.ts";
import { placeOf } from "../redis/connection.ts";
import type { Finding } from "./finding.ts";
import { findingsAbout, reasonOf } from "./finding.ts";

const { ok, warning, problem } = findingsAbout("Redis");

const patienceMs = 3000;
const oldestRedis = 6;

/** The Redis that several servers share. */
export async function checkRedis({ REDIS_URL }: Pick<Config, "REDIS_URL">): Promise<Finding[]> {
  if (REDIS_URL === undefined)
    return [ok("none: this server counts requests by itself, which is right for one server")];
  const client = createClient({
    url: REDIS_URL,
    socket: { connectTimeout: patienceMs, socketTimeout: patienceMs, reconnectStrategy: false },
  });
  client.on("error", () => {}); // whoever asks is told
  try {
    await client.connect();
    return [ok(placeOf(REDIS_URL)), ...judge(fieldsOf(await client.info()))];
  } catch (error) {
    return [
      problem(
        `${placeOf(REDIS_URL)} cannot be used (${reasonOf(error)}). The server runs without it, but counts requests by itself. Fix: see to it that it runs and lets this server in, or correct REDIS_URL.`,
      ),
    ];
  } finally {
    client.destroy();
  }
}

/** @param text as INFO answers: `name:value`, one a line */
function fieldsOf(text: string): (name: string) => string {
  const fields = new Map(text.split(/\r?\n/).map((line) => [line.split(":")[0] ?? "", line.split(":")[1] ?? ""]));
  return (name) => fields.get(name) ?? "";
}

function judge(field: (name: string) => string): Finding[] {
  const version = field("redis_version");
  const findings = [
    Number.parseInt(version, 10) >= oldestRedis
      ? ok(`Redis ${version}`)
      : problem(`Redis ${version} is too old. Fix: use ${oldestRedis} or newer.`),
  ];
  if (field("role") === "slave") findings.push(problem("It is a replica, which only reads. Fix: name the primary."));
  const policy = field("maxmemory_policy");
  const limited = field("maxmemory") !== "0";
  if (limited && policy !== "noeviction")
    findings.push(
      warning(
        `When it is full it drops what it likes (${policy}), counts of requests too. Fix: set maxmemory-policy to noeviction, or give the server a Redis of its own.`,
      ),
    );
  else findings.push(ok(limited ? "It drops nothing when it is full" : "Its memory has no limit, so it drops nothing"));
  return findings;
}
