import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Microagent } from "../../../server/conversations/microagents.ts";
import {
  readMicroagents,
  repositoryInstructions,
  triggeredKnowledge,
} from "../../../server/conversations/microagents.ts";
import { plant, temporaryFolder, temporaryWorkspace } from "../runtime/temporary.ts";

const plain = { triggers: [], inputs: [], tools: [] };

/** The one microagent of a file in the folder. */
const files: Record<string, { given: string; want: Omit<Microagent, "name"> & { name?: string } }> = {
  "without front matter": { given: "\n# Build\nmake\n", want: { ...plain, type: "repo", content: "# Build\nmake" } },
  "that is empty": { given: "", want: { ...plain, type: "repo", content: "" } },
  "with empty front matter": { given: "---\n---\nText.", want: { ...plain, type: "repo", content: "Text." } },
  "with a comment for front matter": {
    given: "---\n# none\n---\nText.",
    want: { ...plain, type: "repo", content: "Text." },
  },
  "with nothing but front matter": {
    given: "---\nname: x\n---",
    want: { ...plain, name: "x", type: "repo", content: "" },
  },
  "with a name": {
    given: "---\nname: build\n---\nText.",
    want: { ...plain, name: "build", type: "repo", content: "Text." },
  },
  "with Windows' line ends": {
    given: "---\r\nname: build\r\ntriggers:\r\n- make\r\n---\r\nText.\r\n",
    want: { ...plain, name: "build", type: "knowledge", content: "Text.", triggers: ["make"] },
  },
  "with triggers": {
    given: "---\ntype: repo\ntriggers: [commit, ' push ']\n---\nText.",
    want: { ...plain, type: "knowledge", content: "Text.", triggers: ["commit", "push"] },
  },
  "with values left empty": {
    given: "---\nname:\ntype:\ntriggers:\ninputs:\nmcp_tools:\n---\nText.",
    want: { ...plain, type: "repo", content: "Text." },
  },
  "that says that it is knowledge": {
    given: "---\ntype: knowledge\n---\nText.",
    want: { ...plain, type: "knowledge", content: "Text." },
  },
  "with inputs, which is called by its name": {
    given: "---\nname: release\ninputs:\n- name: branch\n  description: Which one.\n---\nText.",
    want: {
      ...plain,
      name: "release",
      type: "knowledge",
      content: "Text.",
      triggers: ["/release"],
      inputs: [{ name: "branch", description: "Which one." }],
    },
  },
  "with MCP servers": {
    given: "---\nmcp_tools:\n  stdio_servers:\n  - {name: fetch, command: uvx}\n  sse_servers: [x]\n---\nText.",
    want: { ...plain, type: "repo", content: "Text.", tools: ["fetch"] },
  },
  "with fields that nobody knows": {
    given: "---\nversion: 1.0.0\nagent: CodeActAgent\n---\nText.",
    want: { ...plain, type: "repo", content: "Text." },
  },
  "that begins with a rule": { given: "---\nText.", want: { ...plain, type: "repo", content: "---\nText." } },
};

/** Front matter that cannot be read: the whole file is shown, and nothing brings it up. */
const malformed = [
  "---\nname: [\n---\nText.",
  "---\ntriggers: commit\n---\nText.",
  "---\ntriggers: ['']\n---\nText.",
  "---\ntriggers: [1]\n---\nText.",
  "---\njust words\n---\nText.",
  "---\n- a\n- list\n---\nText.",
  "---\ntype: other\n---\nText.",
  "---\ninputs: [{name: a}]\n---\nText.",
  "---\nmcp_tools: {stdio_servers: [{}]}\n---\nText.",
  `---\n${"a: &a [x,x]\n".concat(...Array.from({ length: 9 }, (_, n) => `${n}: &b${n} [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n`))}---\nText.`,
];

describe("a microagent", () => {
  for (const [name, { given, want }] of Object.entries(files))
    test(`${name} is read`, async (t) => {
      const workspace = await temporaryWorkspace(t);
      await plant(workspace.root, { ".openhands/microagents/deep/file.md": given });
      assert.deepEqual(await readMicroagents(workspace), [{ name: "deep/file", ...want }]);
    });

  for (const given of malformed)
    test(`whose front matter cannot be read is shown whole: ${JSON.stringify(given).slice(0, 50)}`, async (t) => {
      const workspace = await temporaryWorkspace(t);
      await plant(workspace.root, {
        ".openhands/microagents/a.md": given,
        ".openhands/microagents/b.md": "Fine.",
      });
      assert.deepEqual(await readMicroagents(workspace), [
        { ...plain, name: "a", type: "knowledge", content: given },
        { ...plain, name: "b", type: "repo", content: "Fine." },
      ]);
    });
});

test("a workspace has none at first", async (t) => {
  assert.deepEqual(await readMicroagents(await temporaryWorkspace(t)), []);
});

test("the files at the root that other tools read too are instructions", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, {
    ".openhands_instructions": "One.",
    ".cursorrules": "---\ntriggers: [x]\n---\nTwo.",
    "AGENTS.md": "Three.",
    "docs/AGENTS.md": "Not at the root.",
    constructor: "A name that every object has.",
    "README.md": "For people.",
  });
  const microagents = await readMicroagents(workspace);
  assert.deepEqual(
    microagents.map(({ name, type }) => [name, type]),
    [
      ["cursorrules", "repo"],
      ["repo_legacy", "repo"],
      ["agents", "repo"],
    ],
  );
  assert.equal(repositoryInstructions(microagents), "---\ntriggers: [x]\n---\nTwo.\n\nOne.\n\nThree.");
});

test("what cannot be read, is no Markdown, is ignored or leads elsewhere is left out", async (t) => {
  const workspace = await temporaryWorkspace(t);
  const outside = await temporaryFolder(t);
  await plant(outside, { "secret.md": "Somebody else's." });
  await plant(workspace.root, {
    ".gitignore": "ignored.md\n",
    ".openhands/microagents/README.md": "For people.",
    ".openhands/microagents/binary.md": new Uint8Array([0, 1, 2, 0, 255]),
    ".openhands/microagents/ignored.md": "Ignored.",
    ".openhands/microagents/notes.txt": "No Markdown.",
    ".openhands/microagents/own.md": "Own.",
  });
  const folder = join(workspace.root, ".openhands/microagents");
  await symlink(join(outside, "secret.md"), join(folder, "link.md"));
  await symlink(outside, join(folder, "folder"));
  await symlink(folder, join(folder, "again"));
  const contents = new Set((await readMicroagents(workspace)).map(({ content }) => content));
  assert.deepEqual(contents, new Set(["Own."]));
});

for (const path of [".openhands", ".openhands/microagents"])
  test(`a file where a folder is expected is no microagent: ${path}`, async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { [path]: "A file." });
    assert.deepEqual(await readMicroagents(workspace), []);
  });

test("however many there are, no more than two hundred are read", async (t) => {
  const workspace = await temporaryWorkspace(t);
  const many = Array.from({ length: 250 }, (_, index) => [`.openhands/microagents/${index}.md`, "x"]);
  await plant(workspace.root, Object.fromEntries(many));
  assert.equal((await readMicroagents(workspace)).length, 200);
});

describe("knowledge", () => {
  const git: Microagent = { ...plain, name: "git", type: "knowledge", content: "Sign.", triggers: ["commit", "Push"] };
  const repo: Microagent = { ...plain, name: "repo", type: "repo", content: "Build.", triggers: [] };
  const cases: Record<string, string[]> = {
    "Please COMMIT it.": ["commit"],
    "push and commit": ["commit"],
    "PUSH!": ["Push"],
    recommitted: ["commit"],
    "nothing of that kind": [],
    "": [],
  };
  for (const [message, triggers] of Object.entries(cases))
    test(`is triggered by ${JSON.stringify(message)}: ${triggers.length}`, () => {
      const want = triggers.map((trigger) => ({ name: "git", trigger, content: "Sign." }));
      assert.deepEqual(triggeredKnowledge([repo, git], message), want);
    });
});
