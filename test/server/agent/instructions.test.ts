// What test/tools reads in a message: given the message, want the actions.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { action } from "../../../server/agent/actions.ts";
import type { AgentAction } from "../../../server/agent/agent.ts";
import { parseInstructions } from "../../../server/agent/instructions.ts";

const run = (command: string) => ({ action: "run", args: { command } });
const read = (path: string) => ({ action: "read", args: { path } });
const think = (thought: string) => ({ action: "think", args: { thought } });
const write = (path: string, content: string) => ({ action: "write", args: { path, content } });
const edit = (path: string, old_str: string, new_str: string) => ({
  action: "edit",
  args: { path, command: "str_replace", old_str, new_str },
});

const cases: Record<string, { given: string; want: { action: string; args: object }[] }> = {
  "nothing in nothing": { given: "", want: [] },
  "nothing in prose": { given: "Please read the file and think about it.\nrun ls", want: [] },

  "a command": { given: "```sh\nls -l\n```", want: [run("ls -l")] },
  "a command of several lines": { given: "```bash\ncd src\n\nls\n```", want: [run("cd src\n\nls")] },
  "a command in prose": { given: "First this:\n```shell\nls\n```\nThank you.", want: [run("ls")] },
  "a command between blanks": { given: "```  sh  \n  ls\n```  ", want: [run("  ls")] },
  "an empty command": { given: "```sh\n```", want: [run("")] },
  "a command with fences in it": { given: "```sh\necho '```'\n ```\n```", want: [run("echo '```'\n ```")] },

  "a file": { given: "```write a.txt\nmilk\n```", want: [write("a.txt", "milk\n")] },
  "a file that is empty": { given: "```write a.txt\n```", want: [write("a.txt", "")] },
  "a file whose name has blanks": {
    given: "```write my notes.txt \nmilk\n```",
    want: [write("my notes.txt", "milk\n")],
  },
  "a file with what looks like instructions": {
    given: "```write a.md\nread b.txt\n=======\n```",
    want: [write("a.md", "read b.txt\n=======\n")],
  },
  "a file without a name is none": { given: "```write\nmilk\n```", want: [] },

  "an edit": { given: "```edit a.txt\nmilk\n=======\nbread\n```", want: [edit("a.txt", "milk", "bread")] },
  "an edit of several lines": {
    given: "```edit a.txt\na\n\nb\n=======\nc\nd\n```",
    want: [edit("a.txt", "a\n\nb", "c\nd")],
  },
  "an edit that takes away": { given: "```edit a.txt\nmilk\n=======\n```", want: [edit("a.txt", "milk", "")] },
  "an edit without a divider is none": { given: "```edit a.txt\nmilk\n```", want: [] },
  "an edit with a divider that is too long is none": { given: "```edit a.txt\nmilk\n========\nbread\n```", want: [] },
  "an edit without a name is none": { given: "```edit\nmilk\n=======\nbread\n```", want: [] },

  "a read": { given: "read src/index.ts", want: [read("src/index.ts")] },
  "a read in capitals, between blanks": { given: "Read\t my notes.txt  ", want: [read("my notes.txt")] },
  "a read of nothing is none": { given: "read\nread  ", want: [] },
  "a read within a line is none": { given: "  read a.txt\nplease read a.txt", want: [] },
  "a thought": { given: "think: it rains ", want: [think("it rains")] },
  "a thought without a blank": { given: "Think:it rains", want: [think("it rains")] },
  "an empty thought is none": { given: "think:\nthink: ", want: [] },

  "Python code": {
    given: "```ipython\na = 6\na * 7\n```",
    want: [{ action: "run_ipython", args: { code: "a = 6\na * 7" } }],
  },
  "a plan": {
    given: "```plan\nmilk\n\n[x] bread\n[~] butter\n[ ]  jam \n```",
    want: [
      {
        action: "task_tracking",
        args: {
          command: "plan",
          task_list: [
            { id: "1", title: "milk", status: "todo" },
            { id: "2", title: "bread", status: "done" },
            { id: "3", title: "butter", status: "in_progress" },
            { id: "4", title: "jam", status: "todo" },
          ],
        },
      },
    ],
  },
  "a look at the plan": { given: "Show tasks ", want: [{ action: "task_tracking", args: { command: "view" } }] },
  "a delegation": {
    given: "````delegate\n```sh\nls\n```\n````",
    want: [{ action: "delegate", args: { agent: "CodeActAgent", inputs: { task: "```sh\nls\n```\n" } } }],
  },
  "a page": {
    given: "browse https://example.com/",
    want: [{ action: "browse", args: { url: "https://example.com/" } }],
  },
  "a page without an address is none": { given: "browse", want: [] },
  "something in the browser": {
    given: "```browser\nclick('12')\n```",
    want: [{ action: "browse_interactive", args: { browser_actions: "click('12')" } }],
  },
  "a tool": {
    given: '```mcp search\n{"query": "weather"}\n```\n```mcp time\n```',
    want: [
      { action: "call_tool_mcp", args: { name: "search", arguments: { query: "weather" } } },
      { action: "call_tool_mcp", args: { name: "time", arguments: {} } },
    ],
  },
  "a tool without a name, or with what is no object, is none": {
    given: "```mcp\n{}\n```\n```mcp a\n[1]\n```\n```mcp b\nnull\n```\n```mcp c\n{\n```",
    want: [],
  },
  "a condensation": { given: "condense", want: [{ action: "condensation_request", args: {} }] },
  "a rejection": {
    given: "reject: too big\nreject:",
    want: [
      { action: "reject", args: { outputs: { reason: "too big" } } },
      { action: "reject", args: { outputs: { reason: "" } } },
    ],
  },

  "several, in their order": {
    given: "think: a\n```write a\nA\n```\n```sh\ncat a\n```\nread a\n```edit a\nA\n=======\nB\n```",
    want: [think("a"), write("a", "A\n"), run("cat a"), read("a"), edit("a", "A", "B")],
  },
  "lines that end in CRLF": {
    given: "think: a\r\n```write a\r\nA\r\n```\r\n```edit a\r\nA\r\n=======\r\nB\r\n```\r\nread a\r\n",
    want: [think("a"), write("a", "A\n"), edit("a", "A", "B"), read("a")],
  },
  "a block of another kind, whose lines are no instructions": {
    given: "```python\nread a\nthink: b\n```\nread c",
    want: [read("c")],
  },
  "a block of no kind, whose lines are no instructions": { given: "```\nread a\n```\nread c", want: [read("c")] },
  "a block of an unusual kind, whose lines are no instructions": {
    given: "```c++\nread a\n```\nread c",
    want: [read("c")],
  },
  "a block that is not closed is none": { given: "read a\n```sh\nrm -rf .", want: [read("a")] },
  "a block that is not closed has no instructions": { given: "```sh\nread a", want: [] },
  "a longer fence, which only one as long closes": {
    given: "````write a.md\n```sh\nls\n```\n````",
    want: [write("a.md", "```sh\nls\n```\n")],
  },
};

describe("instructions", () => {
  for (const [name, { given, want }] of Object.entries(cases)) {
    test(name, () => {
      const wanted = want.map(({ action: name, args }) => action(name as AgentAction["action"], args));
      assert.deepEqual(parseInstructions(given), wanted);
    });
  }

  test("any message is read", () => {
    const pieces = fc.constantFrom(
      "```",
      "```sh",
      "````",
      "=======",
      "\n",
      "\r\n",
      " ",
      "read ",
      "think: ",
      "a",
      "```write x",
      "`",
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => void parseInstructions(parts.join(""))));
  });

  const long = 300_000;
  for (const [name, message] of Object.entries({
    "many blocks": "```sh\n```\n".repeat(long),
    "many blocks that are not closed": "```sh\n".repeat(long),
    "a line of blanks": `read a${" ".repeat(long)}b`,
    "a fence of blanks": `\`\`\`write ${"a ".repeat(long)}\n\`\`\``,
    "a block of dividers": `\`\`\`edit a\n${"======= ".repeat(long)}\n\`\`\``,
  })) {
    test(`a message as long as one may be is read in one go: ${name}`, { timeout: 60_000 }, () => {
      parseInstructions(message);
    });
  }
});
