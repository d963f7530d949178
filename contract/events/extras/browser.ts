import * as z from "zod";

/** A tree as the browser gives it. */
const tree = z.record(z.string(), z.unknown()).default({});

export const BrowseExtras = z
  .object({
    url: z.string().describe("The page."),
    trigger_by_action: z.string().describe("The type of the action: `browse` or `browse_interactive`."),
    screenshot: z.string().default("").describe("A picture of the page as a data URL; empty when there is none."),
    screenshot_path: z.string().nullable().default(null).describe("The picture in the workspace."),
    set_of_marks: z.string().default("").describe("A picture with the elements numbered, as a data URL."),
    error: z.boolean().default(false).describe("Whether the browser failed; `content` says how."),
    goal_image_urls: z.array(z.string()).default([]).describe("Pictures of what is to be reached."),
    open_pages_urls: z.array(z.string()).default([]).describe("The pages that are open."),
    active_page_index: z.int().default(-1).describe("Which of them is shown; -1 for none."),
    dom_object: tree.describe("The page's document."),
    axtree_object: tree.describe("The page's accessibility tree."),
    extra_element_properties: tree.describe("What else is known of the elements."),
    last_browser_action: z.string().default("").describe("What was done last."),
    last_browser_action_error: z.string().default("").describe("How that failed; empty when it did not."),
    focused_element_bid: z.string().default("").describe("The element that has the focus."),
    filter_visible_only: z.boolean().default(false).describe("Whether only what is visible stands in the trees."),
  })
  .meta({
    id: "BrowseExtras",
    description:
      "What the browser shows. There is no observation `browse_interactive`: that action answers with this one.",
    examples: [{ url: "https://example.com/", trigger_by_action: "browse", open_pages_urls: ["https://example.com/"] }],
  });
