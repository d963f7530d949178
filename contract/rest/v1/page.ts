import * as z from "zod";
import { PageId, integerParameter } from "../../primitives.ts";

/** How many things can be asked for by their ids at once. */
export const mostIds = 100;

/** Which part of a list is asked for. */
export const paging = {
  page_id: PageId.optional().describe("The `next_page_id` of the page before."),
  limit: integerParameter({ min: 1, max: 100 }).default(100).describe("How many to return at the most."),
};

/** A page of a list. @param described of its items: their order */
export function pageOf<Item extends z.ZodType>(item: Item, { id, described }: { id: string; described: string }) {
  return z
    .object({
      items: z.array(item).describe(described),
      next_page_id: PageId.nullable().describe("Where the next page begins; null on the last one."),
    })
    .meta({ id, description: "A page of a list.", examples: [{ items: [], next_page_id: null }] });
}

/** What was asked for by ids. */
export function manyOf<Item extends z.ZodType>(item: Item, { id, example }: { id: string; example: z.input<Item> }) {
  return z.array(item.nullable()).meta({
    id,
    description: "What the ids stand for, in their order; null for an id of nothing that the caller has.",
    examples: [[example, null]],
  });
}
