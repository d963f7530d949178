import * as z from "zod";
import { confirmation, risk, thought } from "../shared.ts";

const axtree = {
  return_axtree: z.boolean().default(false).describe("Whether the observation holds the page's accessibility tree."),
};

export const BrowseArgs = z
  .object({ url: z.string().describe("The page."), ...axtree, ...confirmation, ...risk, ...thought })
  .meta({
    id: "BrowseArgs",
    description: "A page to open.",
    examples: [{ url: "https://example.com/" }],
  });

export const BrowseInteractiveArgs = z
  .object({
    browser_actions: z.string().describe("What to do in the browser, in the language of BrowserGym."),
    browsergym_send_msg_to_user: z.string().default("").describe("A message for the user, from the actions."),
    ...axtree,
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "BrowseInteractiveArgs",
    description: "Something to do in the browser.",
    examples: [{ browser_actions: "click('12')" }],
  });
