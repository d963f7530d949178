import assert from "node:assert/strict";
import { after, test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { caller, createConversation, perform } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { plantRepository } from "../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);
const project = join(await temporaryFolder({ after }), "project");
await plantRepository(project);
const repository = pathToFileURL(project).href;

const write = (id: string, path: string, content: string) =>
  perform(call, id, { action: "write", args: { path, content } });

test("the microagents of a workspace are listed, when it is stopped too", async () => {
  const id = await createConversation(call);
  assert.deepEqual((await call("GET", `/api/conversations/${id}/microagents`)).body, { microagents: [] });
  await write(id, ".cursorrules", "Use tabs.");
  await write(id, ".openhands/microagents/git.md", "---\nname: Git\ntriggers: [commit]\n---\nSign.\n");
  await write(id, ".openhands/microagents/broken.md", "---\nname: [\n---\nText.");
  const want = [
    { name: "cursorrules", type: "repo", content: "Use tabs.", triggers: [], inputs: [], tools: [] },
    { name: "broken", type: "knowledge", content: "---\nname: [\n---\nText.", triggers: [], inputs: [], tools: [] },
    { name: "Git", type: "knowledge", content: "Sign.", triggers: ["commit"], inputs: [], tools: [] },
  ];
  assert.deepEqual((await call("GET", `/api/conversations/${id}/microagents`)).body, { microagents: want });
  await call("POST", `/api/conversations/${id}/stop`);
  assert.deepEqual((await call("GET", `/api/conversations/${id}/microagents`)).body, { microagents: want });
});

test("the conversations that write a repository's microagents are listed, page by page", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1)
    ids.unshift(await createConversation(call, { create_microagent: { repo: repository } }));
  await createConversation(call, { repository });
  await createConversation(call, { create_microagent: { repo: `${repository}/.git` } });
  const page = async (query: Record<string, string>) => {
    const parameters = new URLSearchParams({ selected_repository: repository, ...query });
    const { body } = await call("GET", `/api/microagent-management/conversations?${parameters}`);
    return body;
  };
  const idsOf = (results: readonly { conversation_id: string }[]) =>
    results.map(({ conversation_id }) => conversation_id);
  const first = await page({ limit: "2" });
  assert.deepEqual(idsOf(first.results), ids.slice(0, 2));
  const second = await page({ limit: "2", page_id: first.next_page_id });
  assert.deepEqual([idsOf(second.results), second.next_page_id], [ids.slice(2), null]);
  assert.deepEqual(await page({ selected_repository: "https://git.example/other.git" }), {
    results: [],
    next_page_id: null,
  });
});

for (const [query, place] of [
  ["", "query.selected_repository"],
  ["selected_repository=", "query.selected_repository"],
  ["selected_repository=a&limit=0", "query.limit"],
  ["selected_repository=a&page_id=nonsense", "query.page_id"],
] as const)
  test(`the list of those conversations is refused: ${query}`, async () => {
    const answer = await call("GET", `/api/microagent-management/conversations?${query}`);
    assertRefused(answer, 400, "validation_failed", [place]);
  });
