import { open } from "node:fs/promises";

/** What has been written to a file, or to the list of a folder, has reached the disk when it resolves. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
