import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { trajectoryOf } from "./conversations/trajectory.ts";
import { JsonStream } from "./http/json-text.ts";
import { withStore } from "./operator-store.ts";
import type { ExportedFeedback, Store } from "./store/store.ts";

const pageSize = 100;

/**
 * `openhands-api feedback export`: writes all feedback, one JSON text a line, oldest first.
 * @param options.trajectory whether each line has the conversation as it was when the feedback was given
 */
export async function exportFeedback(
  environment: NodeJS.ProcessEnv,
  { trajectory }: { readonly trajectory: boolean },
): Promise<void> {
  await withStore(environment, async (store) => {
    try {
      await pipeline(Readable.from(linesOf(store, trajectory)), process.stdout, { end: false });
    } catch (error) {
      if (!isClosedPipe(error)) throw error; // whoever reads may have seen enough
    }
  });
}

async function* linesOf(store: Store, trajectory: boolean): AsyncGenerator<string> {
  for await (const record of allOf(store)) {
    const described = describe(record);
    if (trajectory) {
      const events = trajectoryOf(store.events, record.conversationId, record.lastEventId);
      yield* JsonStream.ofList("trajectory", events, described).parts;
    } else yield JSON.stringify(described);
    yield "\n";
  }
}

async function* allOf(store: Store): AsyncGenerator<ExportedFeedback> {
  for (let after = 0; ;) {
    const page = await store.feedback.list({ after, limit: pageSize });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.position ?? after;
  }
}

function describe(record: ExportedFeedback): object {
  return {
    id: record.id,
    kind: record.kind,
    user: record.userName,
    conversation_id: record.conversationId,
    created_at: record.createdAt,
    event_id: record.eventId,
    last_event_id: record.lastEventId,
    ...record.content,
    experiments: record.experiments,
  };
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
