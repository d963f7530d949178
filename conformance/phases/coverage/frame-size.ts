import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { isRefusal } from "../../messages.ts";
import type { Channel } from "../../messages.ts";
import type { Probe } from "../../probe.ts";
import { connected } from "../../socket/client.ts";
import { AbsenceError } from "../../socket/connection.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/** `socket/events/coverage/frame-size`: the largest frame that the document allows is read, and answered. */
export function frameSizeCases(world: World): Case[] {
  return world.channels
    .filter(({ gate, messages }) => isOpen(gate, world.gates) && messages.some(isRefusal))
    .flatMap((channel) => {
      const { maxFrameBytes } = channel;
      if (maxFrameBytes === undefined) return [];
      const run = (probe: Probe): Promise<void> => sendLargest(probe, channel, maxFrameBytes);
      return [{ name: `socket/${channel.name}/coverage/frame-size`, run }];
    });
}

async function sendLargest(probe: Probe, channel: Channel, bytes: number): Promise<void> {
  await connected(probe, channel, {}, async (session) => {
    const start = session.received.length;
    await session.send("x".repeat(bytes));
    try {
      await session.waitFor("a refusal", ({ message }) => isRefusal(message), start);
    } catch (error) {
      if (!(error instanceof AbsenceError)) throw error;
      probe.fail({
        promise: `A frame of ${bytes} bytes is not too large, so it is answered.`,
        where: placeOf(channel.node),
        expected: "a refusal of its content",
        found: error.message,
      });
    }
  });
}
