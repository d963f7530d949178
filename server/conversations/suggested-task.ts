import type { SuggestedTask } from "../../contract/index.ts";

/** What each kind of task asks of the agent, about the issue or pull request that is named before it. */
const work: Readonly<Record<SuggestedTask["task_type"], string>> = {
  MERGE_CONFLICTS:
    "It cannot be merged because of conflicts. Check out its branch, merge the target branch into it, resolve every conflict so that the intent of both sides is kept, run the tests, and push.",
  FAILING_CHECKS:
    "Its checks fail. Check out its branch, find out from the checks' logs and by running them what fails and why, mend the cause rather than the check, see the checks pass, and push.",
  UNRESOLVED_COMMENTS:
    "Reviewers have left comments that are not resolved. Read each of them, make the change that it asks for or reply with the reason why not, run the tests, and push to its branch.",
  OPEN_ISSUE:
    "It is open. Read it with its discussion, reproduce what it describes, make the smallest change that settles it together with a test, and open a pull request that refers to it.",
  OPEN_PR:
    "It is open. Read its description, its changes and its discussion, find out what keeps it from being merged, do that, and push to its branch.",
  CREATE_MICROAGENT:
    "A microagent is wanted: a Markdown file in .openhands/microagents that tells agents what they should know about this repository. Read the repository, write the file, and open a pull request with it.",
};

/** The first message of a conversation that is about a task on a git host. */
export function promptFor({ git_provider, task_type, repo, issue_number, title }: SuggestedTask): string {
  const subject = issue_number === 0 ? repo : `#${issue_number} of ${repo}`;
  const named = title === "" ? subject : `${subject}, "${title}"`;
  return `This is about ${named} on ${git_provider}. ${work[task_type]} Use the API of ${git_provider} for what git itself cannot do.`;
}
