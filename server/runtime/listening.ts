import { readdir, readFile, readlink } from "node:fs/promises";

/** The state of a listening socket in /proc/net/tcp (net/tcp_states.h). */
const LISTENING = "0A";

/** The TCP ports on which any of these processes listens, in order. None where there is no /proc. */
export async function listeningPorts(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  const sockets = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const all = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(listeners));
  const ports = all.flat().flatMap(({ socket, port }) => (sockets.has(socket) ? [port] : []));
  return [...new Set(ports)].toSorted((a, b) => a - b);
}

/** The inodes of the sockets that a process has open; none when it has ended. */
async function socketsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The lines of such a file: `0: 0100007F:1F90 00000000:0000 0A … inode …` (proc_pid_net(5)), after one with titles. */
async function listeners(file: string): Promise<{ socket: string; port: number }[]> {
  const lines = (await readFile(file, "latin1").catch(() => "")).split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , socket = ""] = line.trim().split(/\s+/);
    return state === LISTENING ? [{ socket, port: Number.parseInt(local.split(":")[1] ?? "", 16) }] : [];
  });
}
