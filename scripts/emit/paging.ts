import { nameOfRef } from "../model/json-schema.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import type { Model, OperationModel } from "../model/model.ts";

/** What an operation gives page by page. */
export interface Paging {
  /** The field of the page that holds the items. */
  readonly field: string;
  /** One of them. */
  readonly item: JsonSchema;
}

/**
 * What an operation gives page by page, if it does: it takes a `page_id`, or a `start_id` and an `end_id`, and its answer
 * says whether there is more and has one list.
 */
export function pagingOf({ parameters, responses }: OperationModel, { allSchemas }: Model): Paging | undefined {
  const [page] = responses.map(({ schema }) => (schema.$ref ? allSchemas[nameOfRef(schema.$ref)] : schema));
  const takes = (...names: string[]) => names.every((name) => parameters.some((parameter) => parameter.name === name));
  const says = (name: string) => page?.properties?.[name] !== undefined;
  const paged = (takes("page_id") && says("next_page_id")) || (takes("start_id", "end_id") && says("has_more"));
  const lists = Object.entries(page?.properties ?? {}).filter(([, { type }]) => type === "array");
  const [field, { items: item } = {}] = lists[0] ?? [];
  return paged && lists.length === 1 && field !== undefined && item ? { field, item } : undefined;
}
