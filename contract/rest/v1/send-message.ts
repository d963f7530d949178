import * as z from "zod";
import { V1Content, sentContent } from "../../events/v1/content.ts";
import { dependsOn } from "../../primitives.ts";

/** What comes out of the forms that a client may send. */
const parts = z.array(V1Content) as unknown as z.ZodType<V1Content[], V1Content[]>; // its defaults are filled in by then

/** What is said to the agent: reference/v1-api.md §8.3. */
export const SendMessageRequest = z
  .object({
    role: z
      .enum(["user", "system", "assistant", "tool"])
      .default("user")
      .describe("Who speaks: always the user.")
      .meta(dependsOn("who sends it: nobody but the user begins a conversation")),
    content: sentContent.pipe(parts).default([]).describe("What is said: a text, or parts of it."),
    run: z.boolean().default(false).describe("Whether the agent is to answer at once."),
  })
  .meta({
    id: "SendMessageRequest",
    description: "What is said to the agent.",
    examples: [{ role: "user", content: [{ type: "text", text: "Hello." }], run: true }],
  });
export type SendMessageRequest = z.output<typeof SendMessageRequest>;
