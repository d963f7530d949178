import assert from "node:assert/strict";
import { test } from "node:test";
import { reportText } from "../../conformance/report/terminal.ts";
import { runConformance } from "../../conformance/run.ts";
import { startServer } from "../support/start-server.ts";

for (const v1 of [true, false])
  test(`our server keeps its promises with V1 ${v1 ? "on" : "off"}`, async (t) => {
    const server = await startServer(t, { env: { ENABLE_V1: v1 ? "on" : "off" } });
    const report = await runConformance({ url: server.url, key: server.key, v1 });
    assert.equal(report.failed, 0, reportText(report));
    assert.equal(report.counts.operations.met, report.counts.operations.declared);
    assert.equal(report.counts.messages.met, report.counts.messages.declared);
  });
