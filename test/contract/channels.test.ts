import assert from "node:assert/strict";
import { test } from "node:test";
import { channels, errorCatalogue } from "../../contract/index.ts";
import type { ChannelMessage, Channels } from "../../contract/index.ts";
import { pascalCase } from "../../contract/names.ts";
import { pointer, publishedAsyncApi } from "./published.ts";

const asyncapi = publishedAsyncApi();

for (const [name, channel] of Object.entries(channels as Channels)) {
  for (const [key, message] of Object.entries(channel.messages)) {
    const component = pascalCase(`${name}_${key}`);

    test(`socket.${name}.${key} says what it is`, () => {
      assert.match(message.summary, /^[A-Z].*[^.\s]$/, "a summary is a headline: no full stop");
      assert.match(message.description, /^[A-Z][\s\S]*\.$/, "a description is made of sentences");
      assert.match(message.since, /^\d+\.\d+\.\d+$/);
    });

    test(`socket.${name}.${key} has examples that Zod accepts`, () => {
      assert.ok(message.examples.length > 0);
      for (const example of message.examples) message.payload.parse(example);
    });

    // No linter looks at the examples of AsyncAPI messages: this test is the only one that does.
    test(`socket.${name}.${key} has examples in asyncapi.yaml that its published payload accepts`, () => {
      const published = asyncapi.content.components.messages[component];
      const payload = pointer("components", "messages", component, "payload");
      const examples = published?.examples.map((example) => example.payload) ?? [];
      assert.deepEqual(examples, message.examples);
      assert.deepEqual(
        examples.flatMap((example) => asyncapi.errorsOf(payload, example)),
        [],
      );
    });

    if (message.direction === "receive")
      test(`socket.${name}.${key} says how it is answered`, () => checkAnswers(message, channel.messages));
  }

  test(`socket.${name} has close codes that RFC 6455 leaves to us, or that mean what it says`, () => {
    const standard = [1001, 1009, 1013];
    for (const { code, summary, description } of channel.closeCodes) {
      assert.ok(standard.includes(code) || (code >= 4000 && code < 5000), `${code} is not ours to define`);
      assert.match(summary, /^[A-Z].*[^.]$/);
      assert.match(description, /^[A-Z].*\.$/);
    }
  });
}

/** A message that the server receives is acknowledged or refused, and its refusals are listed. */
function checkAnswers(
  { replies = [], errors = [] }: ChannelMessage,
  messages: Readonly<Record<string, ChannelMessage>>,
): void {
  // V1 acknowledges nothing: the event itself comes back.
  assert.ok((replies.includes("ack") || replies.includes("event")) && replies.includes("error"));
  assert.deepEqual(
    replies.filter((reply) => messages[reply]?.direction !== "send"),
    [],
  );
  for (const shared of ["malformed_json", "validation_failed", "internal_error"] as const)
    assert.ok(errors.includes(shared), shared);
  for (const code of errors) assert.ok(Object.hasOwn(errorCatalogue, code));
}
