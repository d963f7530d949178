/** Items that come when they come, for whoever asks for the next one. It holds what nobody has asked for yet. */
export interface Queue<Item> {
  push(item: Item): void;
  /** No more will come: what is held is still handed out, then `take` rejects with the error. */
  fail(error: Error): void;
  /** Nobody wants more: what is held is dropped. */
  end(): void;
  /** The next item, or `undefined` after `end`. */
  take(): Promise<Item | undefined>;
  /** The next item if one is held. */
  next(): Item | undefined;
}

/** An empty queue. */
export function createQueue<Item extends object>(): Queue<Item> {
  const takers: PromiseWithResolvers<Item | undefined>[] = [];
  let incoming: Item[] = [];
  let outgoing: Item[] = [];
  let finish: ((taker: PromiseWithResolvers<Item | undefined>) => void) | undefined;

  function finishWith(how: NonNullable<typeof finish>): void {
    finish ??= how;
    takers.splice(0).forEach(finish);
  }

  /** Constant time on average, where `shift` moves a long queue at each call. */
  function next(): Item | undefined {
    if (outgoing.length === 0) [incoming, outgoing] = [[], incoming.toReversed()];
    return outgoing.pop();
  }

  return {
    push(item) {
      if (finish) return;
      const taker = takers.shift();
      if (taker) taker.resolve(item);
      else incoming.push(item);
    },
    fail: (error) => finishWith((taker) => taker.reject(error)),
    end() {
      [incoming, outgoing] = [[], []];
      finishWith((taker) => taker.resolve(undefined));
    },
    take() {
      const item = next();
      const taker = Promise.withResolvers<Item | undefined>();
      if (item) taker.resolve(item);
      else if (finish) finish(taker);
      else takers.push(taker);
      return taker.promise;
    },
    next,
  };
}
