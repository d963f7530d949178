import { change } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { feedbackQueries, insertFeedback } from "./feedback-queries.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import type { FeedbackStore } from "./store.ts";

export function createFeedbackStore({ db, transaction }: Connection): FeedbackStore {
  return {
    ...feedbackQueries(db),
    insert: (feedback, receipt) =>
      transaction(function* () {
        if ((yield* change(insertFeedback(db, feedback))) === 0) return false;
        yield* leaveReceipt(db, receipt);
        return true;
      }),
  };
}
