import type { ChannelDefinition, ChannelMessage } from "../../../contract/index.ts";
import { duplicates, nameMistakes, pathMistakes, unfit } from "./checks.ts";
import { dayMistakes, flagMistakes } from "./deprecations.ts";

/** The mistakes in one channel and its messages. */
export function channelMistakes(name: string, channel: ChannelDefinition): string[] {
  const where = `socket.${name}`;
  return [
    ...nameMistakes(where, name),
    ...pathMistakes(where, channel.address, channel.params),
    ...duplicates(
      channel.closeCodes,
      ({ code }) => String(code),
      ({ code }) => `${where}: the close code ${code} stands twice. Fix: merge them.`,
    ),
    ...Object.entries(channel.messages).flatMap(([key, message]) => [
      ...nameMistakes(`${where}.${key}`, key),
      ...exampleMistakes(`${where}.${key}`, message),
      ...replyMistakes(`${where}.${key}`, message, channel),
      ...replacementMistakes(`${where}.${key}`, message, channel),
      ...flagMistakes(`${where}.${key}`, message),
    ]),
  ];
}

function exampleMistakes(where: string, { examples, payload }: ChannelMessage): string[] {
  if (examples.length === 0) return [`${where}: there is no example. Fix: add one to examples.`];
  return examples.flatMap((example) => unfit(`${where}: an example`, payload, example));
}

/** Replies are messages of the other direction. */
function replyMistakes(
  where: string,
  { replies = [], direction }: ChannelMessage,
  { messages }: ChannelDefinition,
): string[] {
  const candidates = Object.keys(messages).filter((key) => messages[key]?.direction !== direction);
  return replies
    .filter((reply) => !candidates.includes(reply))
    .map(
      (reply) =>
        `${where}: the reply ${reply} is no message that the server sends. Fix: name one of ${candidates.join(", ")}.`,
    );
}

function replacementMistakes(
  where: string,
  { deprecation, name }: ChannelMessage,
  { messages }: ChannelDefinition,
): string[] {
  if (!deprecation) return [];
  const live = Object.values(messages).filter((message) => !message.deprecation && message.name !== name);
  const names = [...new Set(live.map((message) => message.name))];
  const mistakes = dayMistakes(where, deprecation);
  if (names.includes(deprecation.replacement)) return mistakes;
  return [
    ...mistakes,
    `${where}: the replacement ${deprecation.replacement} is no message. Fix: name one of ${names.join(", ")}.`,
  ];
}
