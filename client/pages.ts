/** A request or an answer of any call, as the runtime sees it. */
type Fields = Readonly<Record<string, unknown>>;

interface Item {
  readonly id: number;
}

/**
 * The answer of a call. Where it is a page, `for await` over it gives the items of this page and of all that follow; each
 * further page is asked for when it is needed.
 * @param field of a page that holds the items; undefined where the answer is no page
 */
export function withPages(
  field: string | undefined,
  request: Fields,
  call: (request: Fields) => Promise<unknown>,
): Promise<unknown> {
  const first = call(request);
  if (field === undefined) return first;

  async function* walk(name: string): AsyncGenerator<unknown, void> {
    let page = (await first) as Fields;
    for (let next: Fields | undefined = request; ; page = (await call(next)) as Fields) {
      const items = page[name] as readonly Item[]; // the contract says that a page has a list
      yield* items;
      next = requestAfter(next, page, items.at(-1));
      if (!next) return;
    }
  }

  return Object.assign(first, { [Symbol.asyncIterator]: () => walk(field) });
}

/** The request of the page after this one; undefined after the last. A log is paged by the ids of its events. */
function requestAfter(request: Fields, page: Fields, last: Item | undefined): Fields | undefined {
  if (page["next_page_id"]) return { ...request, page_id: page["next_page_id"] };
  if (!page["has_more"] || !last) return undefined;
  return request["reverse"] ? { ...request, end_id: last.id - 1 } : { ...request, start_id: last.id + 1 };
}
