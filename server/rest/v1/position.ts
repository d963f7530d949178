import { validationFailed } from "../../http/errors.ts";
import type { Position } from "../../store/store.ts";

/** A page begins after a thing, not at a count: what is created or deleted meanwhile moves nothing. */
export function pageIdOf({ time, id }: Position): string {
  return Buffer.from(`${time} ${id}`).toString("base64url");
}

/**
 * Where a page begins; undefined for the first one.
 * @throws {ApiError} `validation_failed` for what `pageIdOf` has not made
 */
export function positionOf(pageId: string | undefined): Position | undefined {
  if (pageId === undefined) return undefined;
  const match = /^(?<time>[\d-]{10}T[\d:.]{12}Z) (?<id>[0-9a-f]{32})$/.exec(
    Buffer.from(pageId, "base64url").toString(),
  );
  const { time, id } = match?.groups ?? {};
  // Base64 is read leniently: other texts would give the same position.
  if (time === undefined || id === undefined || pageIdOf({ time, id }) !== pageId)
    throw validationFailed([{ in: "query", path: "page_id", message: "must be a next_page_id of an earlier answer" }]);
  return { time, id };
}

/**
 * One page of a list.
 * @param read gives so many of what comes after the position
 */
export async function pageOf<Item extends { readonly id: string }>(
  { page_id, limit }: { readonly page_id?: string | undefined; readonly limit: number },
  read: (page: { readonly after: Position | undefined; readonly limit: number }) => Promise<Item[]>,
  timeOf: (item: Item) => string,
): Promise<{ items: Item[]; next_page_id: string | null }> {
  // One more than asked for tells whether there is a next page, so that no page with a successor is the last.
  const found = await read({ after: positionOf(page_id), limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const next_page_id = found.length > items.length && last ? pageIdOf({ time: timeOf(last), id: last.id }) : null;
  return { items, next_page_id };
}
