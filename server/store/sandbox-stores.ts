import { change } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import { insertSandbox, sandboxQueries } from "./sandbox-queries.ts";
import { insertStartTask, startTaskQueries } from "./start-task-queries.ts";
import type { SandboxStore, StartTaskStore } from "./store.ts";

export function createSandboxStore({ db, transaction }: Connection): SandboxStore {
  return {
    ...sandboxQueries(db),
    insert: (sandbox, receipt) =>
      transaction(function* () {
        yield* change(insertSandbox(db, sandbox));
        yield* leaveReceipt(db, receipt);
      }),
  };
}

export function createStartTaskStore({ db, transaction }: Connection): StartTaskStore {
  return {
    ...startTaskQueries(db),
    insert: (task, receipt) =>
      transaction(function* () {
        yield* change(insertStartTask(db, task));
        yield* leaveReceipt(db, receipt);
      }),
  };
}
