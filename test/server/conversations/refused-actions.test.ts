// What only the server makes is refused, over REST and the socket alike, and nothing of it is in the log.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { observationTypes } from "../../../contract/index.ts";
import { caller, createConversation, lastEventId } from "../../support/api.ts";
import { isStatus } from "../../support/frames.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const id = await createConversation(call);

const refused: Record<string, { given: object; path: string; want: RegExp }> = {
  ...Object.fromEntries(
    ["null", "system", "recall", "condensation"].map((action) => [
      `the action ${action}`,
      { given: { action, args: {} }, path: "action", want: new RegExp(`${action} is made by the server alone`) },
    ]),
  ),
  ...Object.fromEntries(
    observationTypes.map((observation) => [
      `the observation ${observation}`,
      { given: { observation, content: "", extras: {} }, path: "action", want: /observations are made by the server/ },
    ]),
  ),
  "an action with an id": {
    given: { action: "run", args: { command: "true" }, id: 7 },
    path: "id",
    want: /is given by the server: leave it out/,
  },
};

describe("refused", () => {
  for (const [name, { given, path, want }] of Object.entries(refused))
    test(name, async () => {
      const last = await lastEventId(call, id);
      const answer = await call("POST", `/api/conversations/${id}/events`, { body: given });
      assertRefused(answer, 400, "validation_failed", [`body.${path}`]);
      assert.match(answer.body.error, want);

      const socket = openSocket(server, id);
      await socket.next(isStatus("replay_complete"));
      socket.send({ type: "oh_user_action", data: given, request_id: "c-1" });
      const { code, message, request_id } = await socket.next(isStatus("error"));
      assert.deepEqual([code, request_id], ["validation_failed", "c-1"]);
      assert.match(message, want);
      socket.close();
      assert.equal(await lastEventId(call, id), last);
    });
});

test("an older client's names are understood over the socket too", async () => {
  const socket = openSocket(server, id);
  await socket.next(isStatus("replay_complete"));
  const args = { content: "look", images_urls: ["data:image/png;base64,AA=="] };
  socket.send({ type: "oh_user_action", data: { action: "message", args, id: -1, source: "agent", timestamp: "x" } });
  const { action: event } = await socket.next((frame) => frame.action?.action === "message");
  assert.deepEqual(
    [event.args.image_urls, event.source, "images_urls" in event.args],
    [args.images_urls, "user", false],
  );
  assert.ok(Number.isInteger(event.id) && event.id >= 0);
  socket.close();
});
