import * as z from "zod";

const TextContent = z
  .strictObject({
    type: z.literal("text").describe("Always `text`."),
    text: z.string().describe("The text."),
    cache_prompt: z.boolean().default(false).describe("Whether the model's provider may cache what comes up to here."),
  })
  .meta({
    id: "TextContent",
    description: "A part of a message: text.",
    examples: [{ type: "text", text: "Hello.", cache_prompt: false }],
  });

const ImageContent = z
  .object({
    type: z.literal("image").describe("Always `image`."),
    image_urls: z.array(z.string()).describe("URLs of images."),
    cache_prompt: z.boolean().default(false).describe("Whether the model's provider may cache what comes up to here."),
  })
  .meta({
    id: "ImageContent",
    description: "A part of a message: images.",
    examples: [{ type: "image", image_urls: ["https://images.example/screenshot.png"], cache_prompt: false }],
  });

export const SendMessageRequest = z
  .object({
    role: z.enum(["user", "system", "assistant", "tool"]).default("user").describe("Who speaks."),
    content: z
      .array(z.discriminatedUnion("type", [TextContent, ImageContent]))
      .default([])
      .describe("What is said."),
    run: z.boolean().default(false).describe("Whether the agent is to answer at once."),
  })
  .meta({
    id: "SendMessageRequest",
    description: "What is said to the agent.",
    examples: [{ role: "user", content: [{ type: "text", text: "Hello." }], run: true }],
  });
