import { execFileSync } from "node:child_process";
import { startLoad } from "./processes.ts";

/** Sockets that listen, in processes of their own. */
export interface Receivers {
  /**
   * Waits until each has been sent so many more events than at the last call.
   * @returns when each was sent its last one, by `now()`
   */
  received(events: number): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** One process would be busier than the server with more. */
const socketsOfProcess = 2500;

/** Files that a process has open besides its sockets. */
const otherFiles = 100;

/** @throws when a socket is refused */
export async function openReceivers(count: number, url: string, key: string): Promise<Receivers> {
  const processes = Math.ceil(count / socketsOfProcess);
  const loads = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      startLoad("receivers.ts", {
        URL: url,
        KEY: key,
        SOCKETS: String(Math.floor((count + index) / processes)),
      }),
    ),
  );
  return {
    async received(events) {
      const answers = await Promise.all(loads.map((load) => load.order(String(events))));
      return answers.flatMap((answer) => JSON.parse(answer) as number[]);
    },
    stop: async () => void (await Promise.all(loads.map((load) => load.stop()))),
  };
}

/** Why a server cannot have so many sockets here; null when it can. */
export function obstacleTo(sockets: number): string | null {
  // Node has as many as the hard limit allows, whatever the soft one is.
  const limit = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return limit === "unlimited" || Number(limit) >= sockets + otherFiles
    ? null
    : `${sockets} sockets need ${sockets + otherFiles} open files, and a process may have ${limit} here (ulimit -Hn)`;
}
