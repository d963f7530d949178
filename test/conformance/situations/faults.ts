import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { exampleCall } from "../../../conformance/calls.ts";
import { placeOf } from "../../../conformance/documents.ts";
import { isRefusal } from "../../../conformance/messages.ts";
import { expectClose } from "../../../conformance/socket/client.ts";
import { fieldOf } from "../../../conformance/socket/frames.ts";
import type { AppDeps } from "../../../server/app.ts";
import { WorkspaceError } from "../../../server/runtime/runtime.ts";
import type { WorkspaceErrorCode } from "../../../server/runtime/runtime.ts";
import { caller, createConversation } from "../../support/api.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";
import { appOnFailingPorts, failing } from "./failing-app.ts";
import { judgeAt, promises } from "./situation.ts";
import type { Situation } from "./situation.ts";

const failed = { status: 500, code: "internal_error" } as const;

/** What goes wrong behind the ports. */
export const faults: readonly Situation[] = [
  {
    name: "ports that fail, whichever is used",
    async meet(t) {
      const judge = await judgeAt(await startApp(t, {}), { oidc: true });
      const suits = promises(failed.status, failed.code);
      // A page of some origin asks, so that even what needs no port has to ask whether it may.
      await judge.askAll(suits, failed, { Origin: "https://page.example" });
      return judge.verdict();
    },
  },
  workspaceThat("permission_denied", 403, "files.list", "files.select", "git.diff"),
  workspaceThat("file_too_large", 413, "git.changes"),
  {
    name: "a database that loses its events, then its users, and a server that is told to end",
    async meet(t) {
      const server = await startServer(t);
      const { world, channel, probe, ask, operation, verdict } = await judgeAt(server);
      const path = { conversation_id: await createConversation(caller(server)) };
      const refusable = channel.messages.filter(({ errors }) => errors.includes(failed.code));
      const [close] = channel.closeCodes.filter(({ code }) => code === 1001);
      await expectClose(probe, channel, { path }, 1001, close ? placeOf(close.node) : "", async (session) => {
        await session.ping();
        breakTable(server.dataDir, "events");
        for (const { examples } of refusable) {
          const start = session.received.length;
          await session.send(JSON.stringify(examples[0]));
          await session.waitFor(
            `a refusal with ${failed.code}`,
            (received) => isRefusal(received.message) && fieldOf(received, "code") === failed.code,
            start,
          );
        }
        breakTable(server.dataDir, "users");
        for (const id of ["health.ready", "health.readiness"])
          await ask(exampleCall(world, operation(id)), { status: 503, code: "not_ready" });
        await server.stop();
      });
      const refusals = refusable.map(({ name }) => `socket/${channel.name}/${name}/error-${failed.code}`);
      return [...verdict(), ...refusals, "socket/events/close-1001"];
    },
  },
];

/** A workspace that refuses everything for one reason. */
function workspaceThat(code: WorkspaceErrorCode, status: number, ...ids: readonly string[]): Situation {
  return {
    name: `a workspace whose port says ${code}`,
    async meet(t) {
      const refuses = failing(() => new WorkspaceError(code, "The workspace refuses it."));
      const principal = { userId: "u", via: "key", scope: "write", proof: null, expiresAt: null, keysExpireBy: null };
      const authenticator = { authenticate: async () => principal } as AppDeps["authenticator"];
      const { world, ask, operation, verdict } = await judgeAt(
        await startApp(t, { conversations: refuses, authenticator, addressOf: () => "192.0.2.1" }),
      );
      for (const id of ids) await ask(exampleCall(world, operation(id)), { status, code });
      return verdict();
    },
  };
}

/** The app in this process, listening. */
async function startApp(t: Cleanup, given: Partial<AppDeps>): Promise<{ url: string; key: string }> {
  const app = appOnFailingPorts(await temporaryFolder(t), given);
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "oh_any" };
}

/** Takes a table away under a running server, as a disk that fails may. */
function breakTable(dataDir: string, table: string): void {
  const database = new DatabaseSync(join(dataDir, "openhands.sqlite"), { timeout: 5000 });
  database.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  database.close();
}
