/** What files held before they were edited, in memory: an undo does not survive a restart. */
export interface EditHistory {
  /** @param before the text, null when the file did not exist */
  push(workspace: string, path: string, before: string | null): void;
  /** Takes back the newest entry of a file; undefined when there is none (any more). */
  pop(workspace: string, path: string): string | null | undefined;
  /** Drops all entries of a workspace. */
  forget(workspace: string): void;
}

/** `entries` and `characters` (UTF-16 units) are for one workspace. */
export interface EditHistoryLimits {
  readonly entries: number;
  readonly characters: number;
  readonly totalCharacters: number;
}

interface Entry {
  readonly path: string;
  readonly before: string | null;
}

// One entry of the largest file that can be edited fits a workspace's share.
const DEFAULT_LIMITS: EditHistoryLimits = {
  entries: 50,
  characters: 4 * 2 ** 20,
  totalCharacters: 64 * 2 ** 20,
};

/**
 * One history for all workspaces. Beyond the limits the oldest entries of the workspace go; beyond the total those of
 * the workspace that was not edited for longest.
 */
export function createEditHistory(limits: EditHistoryLimits = DEFAULT_LIMITS): EditHistory {
  const shelves = new Map<string, Entry[]>(); // Least recently edited first, and each with its oldest entry first.
  let total = 0;

  const dropOldest = (workspace: string, shelf: Entry[]) => {
    total -= size(shelf.shift());
    if (shelf.length === 0) shelves.delete(workspace);
  };

  return {
    push(workspace, path, before) {
      const shelf = shelves.get(workspace) ?? [];
      shelves.delete(workspace);
      shelves.set(workspace, shelf);
      const entry = { path, before };
      shelf.push(entry);
      total += size(entry);
      while (shelf.length > limits.entries || sizeOfAll(shelf) > limits.characters) dropOldest(workspace, shelf);
      for (const [other, entries] of shelves) {
        while (total > limits.totalCharacters && entries.length > 0) dropOldest(other, entries);
      }
    },
    pop(workspace, path) {
      const shelf = shelves.get(workspace) ?? [];
      const index = shelf.findLastIndex((entry) => entry.path === path);
      if (index === -1) return undefined;
      const [entry] = shelf.splice(index, 1);
      total -= size(entry);
      if (shelf.length === 0) shelves.delete(workspace);
      return entry?.before;
    },
    forget(workspace) {
      total -= sizeOfAll(shelves.get(workspace) ?? []);
      shelves.delete(workspace);
    },
  };
}

function size(entry: Entry | undefined): number {
  return entry?.before?.length ?? 0;
}

function sizeOfAll(entries: Entry[]): number {
  return entries.reduce((sum, entry) => sum + size(entry), 0);
}
