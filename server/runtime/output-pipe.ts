import { constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A pipe for what a command prints. */
export interface OutputPipe {
  /** What comes out. Ends when every process has closed its end. */
  readonly output: Socket;
  /** Descriptor that a process writes to, as stdout and as stderr. To be closed here once the process has it. */
  readonly input: number;
}

/**
 * Makes a pipe that stdout and stderr can share, so that what is printed keeps its order. Node's own `pipe` gives each
 * its own socket: the order between the two is lost, and `echo text > /dev/stderr` fails, as a socket cannot be
 * opened by name. Hence a FIFO, which has no name any more when this returns.
 */
export async function openOutputPipe(): Promise<OutputPipe> {
  const folder = await mkdtemp(join(tmpdir(), "openhands-"));
  try {
    const path = join(folder, "output");
    await execa("mkfifo", ["-m", "600", path]);
    // The reader comes first and does not wait for a writer, so neither call blocks.
    const output = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const input = openSync(path, constants.O_WRONLY);
    return { output: new Socket({ fd: output, readable: true, writable: false }), input };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
