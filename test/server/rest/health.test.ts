import assert from "node:assert/strict";
import { readFile, statfs } from "node:fs/promises";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { caller, createConversation } from "../../support/api.ts";
import { ApiError } from "../../../server/api-error.ts";
import { healthHandlers } from "../../../server/rest/health.ts";
import type { Store } from "../../../server/store/store.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { RATE_LIMIT_ADDRESS: "3/day", RATE_LIMIT_USER: "off" } });
const busy = await startServer({ after });
const info = async ({ url, key } = busy) => (await caller({ url, key })("GET", "/server_info", { key: null })).body;

test("a server tells what it uses, without credentials", async () => {
  const body = await info();
  assert.deepEqual(Object.keys(body), ["uptime", "idle_time", "resources"]);
  assert.deepEqual(Object.keys(body.resources), ["cpu_percent", "memory", "disk", "io"]);
  assert.deepEqual(Object.keys(body.resources.memory), ["rss", "vms", "percent"]);
  assert.deepEqual(Object.keys(body.resources.disk), ["total", "used", "free", "percent"]);
  assert.deepEqual(Object.keys(body.resources.io), ["read_bytes", "write_bytes"]);
});

test("the figures are those of the process and of the disk that holds its data", async () => {
  const bytesWritten = async () =>
    Number(/^write_bytes: (\d+)$/m.exec(await readFile(`/proc/${busy.pid}/io`, "utf8"))?.[1]);
  const written = await bytesWritten();
  const { memory, disk, io } = (await info()).resources;
  const status = await readFile(`/proc/${busy.pid}/status`, "utf8");
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  assert.ok(memory.rss > 0 && memory.rss <= kibibytes("VmHWM") && memory.vms <= kibibytes("VmPeak"));
  assert.ok(memory.vms > memory.rss);
  assert.ok(memory.percent >= 0 && memory.percent <= 100);
  const { blocks, bsize } = await statfs(busy.dataDir);
  assert.equal(disk.total, blocks * bsize);
  assert.ok(disk.used > 0 && disk.free > 0 && disk.used + disk.free <= disk.total);
  assert.ok(disk.percent >= 0 && disk.percent <= 100);
  assert.ok(io.write_bytes >= written && io.write_bytes <= (await bytesWritten()));
});

test("the server's own work counts as load", async () => {
  const work = Array.from({ length: 40 }, () => fetch(`${busy.url}/openapi.yaml`).then((answer) => answer.text()));
  const { resources } = await info();
  await Promise.all(work);
  assert.ok(resources.cpu_percent > 0);
});

test("probes, however many, leave a server idle; a request and a socket do not", async () => {
  const call = caller(busy);
  const conversation = await createConversation(call);
  const idleSince = async (what: () => Promise<unknown>) => {
    const began = performance.now();
    await what();
    const { idle_time } = await info();
    return { idle: idle_time * 1000, atMost: performance.now() - began };
  };
  await sleep(500);
  const { idle_time: before } = await info();
  for (const path of ["/alive", "/health", "/ready", "/api/readiness", "/server_info"]) {
    await call("GET", path);
    assert.ok((await info()).idle_time > before, path);
  }
  const request = await idleSince(() => call("GET", "/api/options/models"));
  assert.ok(request.idle <= request.atMost);
  const unknown = await idleSince(() => call("GET", "/nothing", { key: null }));
  assert.ok(unknown.idle <= unknown.atMost);
  const socket = openSocket(busy, conversation);
  await socket.next(({ status }) => status === "replay_complete");
  const frame = await idleSince(async () => {
    socket.send({ message: "Hello." });
    await socket.next(({ status }) => status === "ack");
  });
  assert.ok(frame.idle <= frame.atMost);
  socket.close();
});

test("a server has not been idle for longer than it has been up", async () => {
  const { uptime, idle_time } = await info(server);
  assert.ok(idle_time > 0 && idle_time <= uptime);
});

test("no limit counts probes, and those that ask at once are all answered", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => caller(server)("GET", "/server_info", { key: null })),
  );
  for (const { status, headers } of answers) {
    assert.equal(status, 200);
    assert.equal(headers.get("x-ratelimit-limit"), null);
  }
});

for (const name of ["ready", "readiness"] as const)
  test(`a server whose store does not answer is not ready: ${name}`, async () => {
    const handlers = healthHandlers({
      leaving: () => false,
      store: { check: () => Promise.reject(new Error("the disk is gone")) } as unknown as Store, // all that is asked
      oidc: null,
      redis: null,
      activity: { note: () => {}, idleSeconds: () => 0 },
      measure: () => assert.fail("not asked for"),
    });
    const principal = {
      userId: "",
      via: "key",
      scope: "write",
      proof: null,
      expiresAt: null,
      keysExpireBy: null,
    } as const;
    await assert.rejects(
      handlers[name]({}, { principal, headers: {}, address: "", secure: false, receiptOf: () => undefined }),
      (error) => {
        assert.ok(error instanceof ApiError);
        assert.deepEqual([error.status, error.code, error.headers["Retry-After"]], [503, "not_ready", "5"]);
        assert.doesNotMatch(error.message, /disk/);
        return true;
      },
    );
  });
