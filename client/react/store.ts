/** Something outside of React that components read, as `useSyncExternalStore` takes it. */
export interface Store<State> {
  /** The state has changed: listeners are told shortly. */
  changed(): void;
  subscribe(this: void, listener: () => void): () => void;
  /** The state as the listeners were last told of it. */
  snapshot(this: void): State;
}

/** One frame of a screen. What changes within it is shown at once: a replay brings thousands of events. */
const frameMs = 16;

/** @param read takes a snapshot of the state */
export function createStore<State>(read: () => State): Store<State> {
  const listeners = new Set<() => void>();
  let shown = read();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    timer = undefined;
    shown = read();
    for (const listener of listeners) listener();
  }

  return {
    changed() {
      timer ??= setTimeout(show, frameMs);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => shown,
  };
}

/** A list that grows, and is copied only when somebody looks at it after it has grown. */
export interface GrowingList<Item> {
  push(item: Item): void;
  /** The items so far: the same array until there are more. */
  view(): readonly Item[];
}

/** An empty list. */
export function createGrowingList<Item>(): GrowingList<Item> {
  const items: Item[] = [];
  let seen: readonly Item[] = [];
  return {
    push: (item) => void items.push(item),
    view() {
      if (seen.length !== items.length) seen = items.slice();
      return seen;
    },
  };
}
