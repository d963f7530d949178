import { exampleCall } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { knownOperations } from "../../known-operations.ts";
import type { Probe } from "../../probe.ts";
import { expectClose } from "../../socket/client.ts";
import { conversationFor } from "../../v1-conversations.ts";
import type { World } from "../../world.ts";

/**
 * `socket/events/close-4404/deleted`: deleting a conversation closes its sockets with the code that tells that it is gone.
 */
export function deletionCases(world: World): Case[] {
  const remove = world.operations.get(knownOperations.deleteConversation);
  return world.channels.flatMap((channel) => {
    const gone = channel.closeCodes.find(({ code }) => code === 4404);
    const [parameter] = channel.parameters;
    if (!gone || !remove || parameter === undefined) return [];
    const run = async (probe: Probe): Promise<void> => {
      const path = { [parameter]: await conversationFor(probe, channel, parameter, true) };
      await expectClose(probe, channel, { path }, gone.code, placeOf(gone.node), async () => {
        await probe.prepare(exampleCall(world, remove, path));
      });
    };
    return [{ name: `socket/${channel.name}/close-${gone.code}/deleted`, run }];
  });
}
