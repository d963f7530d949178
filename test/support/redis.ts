import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createClient } from "redis";
import { cleanUp } from "./start-server.ts";
import type { Cleanup } from "./start-server.ts";

/** A Redis of a test's own, which keeps nothing on disk. */
export interface RedisProcess {
  /** `redis://127.0.0.1:40124` */
  readonly url: string;
  /** Sends it a command. @returns its answer */
  command(...args: string[]): Promise<unknown>;
  /** Stops it from answering, without its connections being lost, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it, and all that it has counted. */
  kill(): Promise<void>;
  /** Begins again at the same address, with nothing. */
  restart(): Promise<void>;
}

/** Whether this machine has a Redis; where not, a skipped test says so, and in CI that is a failure. */
export const hasRedis = await redisIsInstalled();

async function redisIsInstalled(): Promise<boolean> {
  const child = spawn("redis-server", ["--version"], { stdio: "ignore" });
  const installed = await Promise.race([once(child, "exit").then(() => true), once(child, "error").then(() => false)]);
  if (installed) return true;
  const message = "There is no redis-server on this machine. Install the package redis-server.";
  if (process.env["CI"] === "true") throw new Error(message);
  test("all that takes a Redis", { skip: message });
  return false;
}

/** @param password what it asks for, if anything */
export async function startRedis(t: Cleanup, password?: string): Promise<RedisProcess> {
  const port = await freePort();
  const auth = password === undefined ? "" : `:${password}@`;
  const url = `redis://${auth}127.0.0.1:${port}`;
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const secured = password === undefined ? options : [...options, "--requirepass", password];

  const begin = async () => {
    const child = spawn("redis-server", secured, { stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "exit");
    for await (const text of child.stdout.setEncoding("utf8"))
      if (String(text).includes("Ready to accept connections")) break;
    child.stdout.resume();
    return { child, ended };
  };

  let running = await begin();
  const kill = async () => {
    running.child.kill("SIGKILL");
    await running.ended;
  };
  cleanUp(t, kill);
  return {
    url,
    async command(...args) {
      const client = await createClient({ url }).connect();
      try {
        return await client.sendCommand(args);
      } finally {
        await client.close();
      }
    },
    pause: () => void running.child.kill("SIGSTOP"),
    resume: () => void running.child.kill("SIGCONT"),
    kill,
    async restart() {
      running = await begin();
    },
  };
}

/** Free at the moment: another process may take it before it is used, but the system gives out others first. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's
  server.close();
  await once(server, "close");
  return port;
}
