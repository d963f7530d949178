// Both sides of a sunset: what is deprecated works until then, and the runner, which knows the server's time, holds it to that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { channels } from "../../contract/index.ts";
import type { Report } from "../../conformance/results.ts";
import { reportText } from "../../conformance/report/terminal.ts";
import { runConformance } from "../../conformance/run.ts";
import type { RunOptions } from "../../conformance/run.ts";
import { startServer } from "../support/start-server.ts";

const { sunset } = channels.events.messages.legacy_action.deprecation;
const hour = 3_600_000;
const refused = "socket/events/legacy_action/error-operation_removed";
const taken = "socket/events/legacy_action";

const named = ({ results }: Report, name: string): string | undefined =>
  results.find((result) => result.name === name)?.outcome;

for (const { side, at } of [
  { side: "before", at: new Date(Date.parse(sunset) - hour) },
  { side: "from", at: new Date(sunset) },
])
  test(`${side} the sunset of ${sunset} on, what is deprecated ${side === "from" ? "is gone" : "works"}`, async (t) => {
    const server = await startServer(t, { env: { NODE_ENV: "test", TEST_CLOCK: at.toISOString() } });
    const run = (options: Partial<RunOptions>): Promise<Report> =>
      runConformance({ url: server.url, key: server.key, frameMs: 1000, ...options });

    const versions = await run({ clock: at, only: "versions/**" });
    assert.equal(versions.failed, 0, reportText(versions));
    const messages = await run({ clock: at, only: "socket/events/**", phases: ["examples", "versions"] });
    assert.equal(messages.failed, 0, reportText(messages));
    const [there, absent] = side === "from" ? [refused, taken] : [taken, refused];
    assert.equal(named(messages, there), "passed");
    assert.equal(named(messages, absent), undefined, "no case is about what is on the other side");

    // Told another time, the runner must find what it then expects missing: else it would look at nothing.
    const other = new Date(side === "from" ? at.getTime() - hour : at.getTime() + hour);
    const wrong = await run({ clock: other, only: absent });
    assert.equal(named(wrong, absent), "failed");
  });
