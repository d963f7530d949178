// What is recalled for a message, as clients see it in the log.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { caller, createConversation, perform } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { say, untilEvent } from "../../support/conversation.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { plant, plantRepository } from "../runtime/temporary.ts";

const server = await startServer({ after }, { env: { LLM_MODEL: "test/echo" } });
const call = caller(server);
const project = join(await temporaryFolder({ after }), "project");
await plantRepository(project);
await plant(project, {
  "AGENTS.md": "Run make.",
  ".openhands/microagents/git.md": "---\ntriggers: [commit]\n---\nSign your commits.",
});
await execa("git", ["add", "."], { cwd: project });
await execa("git", ["commit", "--quiet", "-m", "Third"], { cwd: project });

/** What came of the recall for a message of the user. */
async function recalledFor(id: string, message: string): Promise<Answer["body"]> {
  const said = await untilEvent(call, id, (event) => event.source === "user" && event.args?.content === message);
  const recall = await untilEvent(call, id, (event) => event.action === "recall" && event.cause === said.id);
  const observation = await untilEvent(call, id, (event) => "observation" in event && event.cause === recall.id);
  return { recall_type: recall.args.recall_type, observation };
}

test("the first message recalls the workspace's context, the user's secrets without their values included", async () => {
  const value = randomBytes(16).toString("hex");
  await call("POST", "/api/secrets", { body: { name: "NPM_TOKEN", value, description: "For releases." } });
  await call("POST", "/api/secrets", { body: { name: "__proto__", value, description: "A trap." } });
  const id = await createConversation(call, {
    repository: pathToFileURL(project).href,
    conversation_instructions: "Be brief.",
    initial_user_msg: "Hello.",
  });
  const { recall_type, observation } = await recalledFor(id, "Hello.");
  const { date, ...extras } = observation.extras;
  assert.equal(recall_type, "workspace_context");
  assert.equal(observation.source, "environment");
  assert.match(date, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual(extras, {
    recall_type: "workspace_context",
    repo_name: pathToFileURL(project).href,
    repo_directory: ".",
    repo_branch: "main",
    repo_instructions: "Run make.",
    additional_agent_instructions: "",
    conversation_instructions: "Be brief.",
    working_dir: ".",
    runtime_hosts: {},
    custom_secrets_descriptions: JSON.parse('{"NPM_TOKEN":"For releases.","__proto__":"A trap."}'),
    microagent_knowledge: [],
  });
  assert.ok(!JSON.stringify(observation).includes(value));
});

test("later messages recall the knowledge that they trigger, as the files are at that moment", async () => {
  const id = await createConversation(call, { repository: pathToFileURL(project).href, initial_user_msg: "Hello." });
  const first = await recalledFor(id, "Hello.");
  assert.deepEqual(first.observation.extras.microagent_knowledge, []);

  await say(call, id, "Please Commit it.");
  const git = { name: "git", trigger: "commit", content: "Sign your commits." };
  const triggered = await recalledFor(id, "Please Commit it.");
  assert.deepEqual([triggered.recall_type, triggered.observation.observation], ["knowledge", "recall"]);
  assert.deepEqual(triggered.observation.extras.microagent_knowledge, [git]);
  assert.equal(triggered.observation.extras.repo_instructions, "");

  await say(call, id, "Thank you.");
  assert.equal((await recalledFor(id, "Thank you.")).observation.observation, "null");

  const path = ".openhands/microagents/git.md";
  await perform(call, id, { action: "write", args: { path, content: "---\ntriggers: [: broken\n---\nSign." } });
  await say(call, id, "commit again");
  assert.equal((await recalledFor(id, "commit again")).observation.observation, "null");
});

test("a first message can trigger knowledge too", async () => {
  const message = "commit it";
  const id = await createConversation(call, { repository: pathToFileURL(project).href, initial_user_msg: message });
  const { observation } = await recalledFor(id, message);
  assert.deepEqual(
    observation.extras.microagent_knowledge.map(({ name }: { name: string }) => name),
    ["git"],
  );
});
