import type { Clock } from "../../clock.ts";
import { timestamp } from "../../clock.ts";
import type { Subject, SubjectStore } from "../../store/store.ts";
import { newId } from "../tokens.ts";

/** The users whom the provider proves. */
export interface Subjects {
  /** The id of a subject's user, who is created when seen for the first time. */
  userOf(subject: Subject): Promise<string>;
}

export function createSubjects({ store, clock }: { store: SubjectStore; clock: Clock }): Subjects {
  return {
    async userOf(subject) {
      const known = await store.find(subject);
      if (known !== null) return known;
      return store.insert(subject, { id: newId(), name: nameOf(subject), createdAt: timestamp(clock) });
    },
  };
}

/** Unique as the subject is, and never the name of a user of another kind: a subject may well be called `admin`. */
function nameOf({ issuer, subject }: Subject): string {
  return `${issuer}#${subject}`;
}
