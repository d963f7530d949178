import type { Case } from "../../case.ts";
import type { Channel } from "../../messages.ts";
import { expectRefusal } from "../../recipes/socket-refusals.ts";
import { connected } from "../../socket/client.ts";

/** Frames that are no message at all: refused with any documented code, and the connection stays open. */
export function badFrameCases(channel: Channel): Case[] {
  const codes = [...new Set(channel.messages.flatMap(({ errors }) => errors))];
  if (codes.length === 0) return [];
  const frames = { "unknown-type": '{"type":"there_is_no_such_message"}', "not-an-object": "42", empty: "" };
  return Object.entries(frames).map(([name, data]) => ({
    name: `socket/${channel.name}/bad-frame-${name}`,
    run: (probe) =>
      connected(probe, channel, {}, (session) =>
        expectRefusal(probe, channel, session, { data, requestId: undefined }, codes),
      ),
  }));
}
