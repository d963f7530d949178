import type { ActionRequest, V1Content } from "../../../contract/index.ts";

/** A text as V1 has it; nothing where there is none. */
export function textParts(text: string): V1Content[] {
  return text === "" ? [] : [textPart(text)];
}

export function textPart(text: string) {
  return { cache_prompt: false, type: "text" as const, text };
}

/** Images as V1 has them; nothing where there are none. */
export function imageParts(image_urls: readonly string[] | null): V1Content[] {
  return image_urls === null || image_urls.length === 0
    ? []
    : [{ cache_prompt: false, type: "image", image_urls: [...image_urls] }];
}

/** All texts of some content, each in a paragraph of its own. */
export function textOf(content: readonly V1Content[]): string {
  return content.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n\n");
}

/** All images of some content; null when there are none. */
export function imagesOf(content: readonly V1Content[]): string[] | null {
  const images = content.flatMap((part) => (part.type === "image" ? part.image_urls : []));
  return images.length === 0 ? null : images;
}

/** What somebody says, as an action of V0. */
export function messageOf(content: readonly V1Content[]): Extract<ActionRequest, { action: "message" }> {
  const args = {
    content: textOf(content),
    file_urls: null,
    image_urls: imagesOf(content),
    wait_for_response: false,
    security_risk: -1 as const,
  };
  return { action: "message", args };
}
