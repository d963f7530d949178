// What is said in V1: reference/v1-api.md §8.3 and §10.3.
import * as z from "zod";
import { exampleOf } from "../../examples.ts";

const cachePrompt = z.boolean().default(false).describe("Whether the model's provider is asked to cache up to here.");

export const TextContent = z
  .object({
    cache_prompt: cachePrompt,
    type: z.literal("text").describe("Always `text`."),
    text: z.string().describe("The text."),
  })
  .meta({ id: "TextContent", description: "A text.", examples: [{ type: "text", text: "Run the tests, please." }] });
export type TextContent = z.output<typeof TextContent>;

export const ImageContent = z
  .object({
    cache_prompt: cachePrompt,
    type: z.literal("image").describe("Always `image`."),
    image_urls: z.array(z.string()).describe("URLs or data URLs."),
  })
  .meta({
    id: "ImageContent",
    description: "Images.",
    examples: [{ type: "image", image_urls: ["https://example.com/screenshot.png"] }],
  });
export type ImageContent = z.output<typeof ImageContent>;

/** One part of a message or a result. */
export const V1Content = z.discriminatedUnion("type", [TextContent, ImageContent]);
export type V1Content = z.output<typeof V1Content>;

/** The form in which browsers send an image, and which upstream drops. */
const ImageUrlContent = z
  .object({
    type: z.literal("image_url").describe("Always `image_url`."),
    image_url: z.object({ url: z.string().describe("A URL or a data URL.") }).describe("The image."),
  })
  .transform(({ image_url }): ImageContent => ({ type: "image", image_urls: [image_url.url], cache_prompt: false }))
  .meta({
    id: "ImageUrlContent",
    description: "An image, in the form of chat completions. It is read as `image`.",
    examples: [{ type: "image_url", image_url: { url: "https://example.com/screenshot.png" } }],
  });

/** What a client may send: both forms of images. */
const SentContent = z.discriminatedUnion("type", [TextContent, ImageContent, ImageUrlContent]).meta({
  id: "SentContent",
  description: "A part of a message that a client sends.",
  examples: [exampleOf(TextContent)],
});

/** What a client says: parts, or just a text. Nothing is a message without parts. */
export const sentContent = z
  .union([z.string(), z.array(SentContent)], "must be a text or a list of parts")
  .nullable()
  .transform((content): V1Content[] => {
    if (typeof content !== "string") return content ?? [];
    return [{ type: "text", text: content, cache_prompt: false }];
  })
  .describe("A text, or the parts of the message in their order; null for none.");

export const V1ToolCall = z
  .object({
    id: z.string().describe("The model's id of the call."),
    name: z.string().describe("The tool that the model calls."),
    arguments: z.string().describe("What it is called with, as JSON text."),
    origin: z
      .enum(["completion", "responses"])
      .default("completion")
      .describe("The API that the model was asked over."),
  })
  .meta({
    id: "V1ToolCall",
    description: "A call of a tool, as the model has made it.",
    examples: [{ id: "call_1", name: "terminal", arguments: '{"command":"ls"}', origin: "completion" }],
  });

const Thinking = z
  .object({
    type: z.literal("thinking").describe("Always `thinking`."),
    thinking: z.string().describe("What the model thought."),
    signature: z.string().nullable().default(null).describe("The provider's proof that the model did."),
  })
  .meta({
    id: "Thinking",
    description: "What the model thought before it answered.",
    examples: [{ type: "thinking", thinking: "The user wants the tests to run.", signature: null }],
  });

const RedactedThinking = z
  .object({
    type: z.literal("redacted_thinking").describe("Always `redacted_thinking`."),
    data: z.string().describe("What the provider keeps to itself."),
  })
  .meta({
    id: "RedactedThinking",
    description: "What the model thought, unreadable.",
    examples: [{ type: "redacted_thinking", data: "EqQBCgIYAhIM" }],
  });

const ReasoningItem = z
  .object({
    id: z.string().nullable().default(null).describe("The provider's id of it."),
    summary: z.array(z.string()).default([]).describe("The reasoning in short."),
    content: z.array(z.string()).nullable().default(null).describe("The reasoning, where the provider shows it."),
    encrypted_content: z.string().nullable().default(null).describe("The reasoning, where it does not."),
    status: z.string().nullable().default(null).describe("Whether it is complete."),
  })
  .meta({
    id: "ReasoningItem",
    description: "A model's reasoning, as the Responses API gives it.",
    examples: [{ id: "rs_1", summary: ["Run the tests first."], content: null, encrypted_content: null, status: null }],
  });

/** What a model has thought, wherever it stands. */
export const reasoning = {
  reasoning_content: z.string().nullable().default(null).describe("What the model reasoned, as text."),
  thinking_blocks: z
    .array(z.discriminatedUnion("type", [Thinking, RedactedThinking]))
    .default([])
    .describe("What the model thought, as its provider gives it."),
  responses_reasoning_item: ReasoningItem.nullable().default(null).describe("The same from the Responses API."),
};

const flag = (what: string) => z.boolean().default(false).describe(`Whether ${what}.`);

export const V1Message = z
  .object({
    role: z.enum(["user", "system", "assistant", "tool"]).describe("Who speaks."),
    content: z.array(V1Content).default([]).describe("What is said, in parts."),
    cache_enabled: flag("the model's provider caches the message"),
    vision_enabled: flag("the model can see images"),
    function_calling_enabled: flag("the model calls tools by itself"),
    tool_calls: z.array(V1ToolCall).nullable().default(null).describe("The tools that the model calls."),
    tool_call_id: z.string().nullable().default(null).describe("The call that a tool answers."),
    name: z.string().nullable().default(null).describe("The tool that answers."),
    force_string_serializer: flag("the model is given texts only"),
    send_reasoning_content: flag("the model is given what it reasoned before"),
    ...reasoning,
  })
  .meta({
    id: "V1Message",
    description: "A message, as a language model takes and gives it.",
    examples: [{ role: "user", content: [exampleOf(TextContent)] }],
  });
export type V1Message = z.output<typeof V1Message>;
