// A server that is killed: what it has acknowledged is there afterwards, and the conversations go on.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { allEvents, caller, createConversation, until } from "../support/api.ts";
import type { Answer } from "../support/api.ts";
import { act, busyConversation, say, untilEvent, untilFile, untilState } from "../support/conversation.ts";
import { isStatus, range } from "../support/frames.ts";
import { openSocket } from "../support/socket.ts";
import { startServer, temporaryFolder } from "../support/start-server.ts";
import type { ServerProcess } from "../support/start-server.ts";
import { storeSides } from "../support/stores.ts";

const restarted = "The server was restarted.";

/** What a server has acknowledged: the text of a message by the id of its event. */
type Acknowledged = Map<number, string>;

/** Says one thing after the other over REST, on several lines at once, until the server is gone. */
async function talkOverRest(
  server: ServerProcess,
  id: string,
  round: number,
  acknowledged: Acknowledged,
): Promise<void> {
  const call = caller(server);
  const line = async (name: number) => {
    for (let index = 0; ; index += 1) {
      const text = `rest ${round}.${name}.${index} ${"x".repeat(index % 500)}`;
      const answer = await say(call, id, text).catch(() => null);
      if (answer === null) return;
      assert.equal(answer.status, 200);
      acknowledged.set(answer.body.event_id, text);
    }
  };
  await Promise.all(range(7).map(line));
}

/** Says many things at once over a socket, again and again until the server is gone. */
async function talkOverSocket(
  server: ServerProcess,
  id: string,
  round: number,
  acknowledged: Acknowledged,
): Promise<void> {
  const socket = openSocket(server, id, { types: "null", latest_event_id: "-1" });
  await socket.next(isStatus("replay_complete"));
  socket.raw.on("message", (data) => {
    const { status, request_id, event_id } = JSON.parse(String(data as Buffer)) as Record<string, string>;
    if (status === "ack") acknowledged.set(Number(event_id), request_id ?? "");
  });
  for (let index = 0; socket.raw.readyState === socket.raw.OPEN; index += 1) {
    const request_id = `socket ${round}.${index}`;
    socket.send({ type: "oh_user_action", data: { action: "message", args: { content: request_id } }, request_id });
    if (index % 20 === 19) await socket.next((frame) => frame.request_id === request_id).catch(() => null);
  }
}

function assertAcknowledged(events: readonly Answer["body"][], acknowledged: Acknowledged): void {
  assert.deepEqual(
    events.map(({ id }) => id),
    range(events.length - 1),
  );
  for (const [id, text] of acknowledged) assert.equal(events[id]?.args?.content, text, `event ${id}`);
}

function messagesOf(events: readonly Answer["body"][], source: "user" | "agent"): string[] {
  return events
    .filter((event) => event.action === "message" && event.source === source)
    .map(({ args }) => args.content);
}

for (const side of storeSides)
  test(`killed in the middle of appends, again and again, it keeps every event that it has acknowledged (${side.name})`, async (t) => {
    let server = await startServer(t, { place: await side.place(t) });
    const { id } = await busyConversation(caller(server));
    const acknowledged: Acknowledged = new Map();
    for (const round of range(3)) {
      const before = acknowledged.size;
      const talk = Promise.all([
        talkOverRest(server, id, round, acknowledged),
        talkOverSocket(server, id, round, acknowledged),
      ]);
      await until(() => acknowledged.size >= before + 60 + round * 17);
      await server.stop("SIGKILL");
      await talk;
      server = await startServer(t, server);
      assertAcknowledged(await allEvents(caller(server), id), acknowledged);
    }
  });

for (const side of storeSides)
  test(`killed in the middle of answers, it goes on with the messages that have none (${side.name})`, async (t) => {
    const rounds = 3;
    const env = { LLM_MODEL: "test/echo" };
    let server = await startServer(t, { env, place: await side.place(t) });
    const id = await createConversation(caller(server));
    for (const round of range(rounds - 1)) {
      const said = range(29).map((index) => say(caller(server), id, `message ${round}.${index}`));
      await Promise.all(said);
      await server.stop("SIGKILL");
      server = await startServer(t, { ...server, env });
    }
    const call = caller(server);
    const asked = rounds * 30;
    await until(async () => {
      const events = await allEvents(call, id);
      const last = events.findLast(({ action, source }) => action === "message" && source === "user");
      return events.at(-1).extras?.agent_state === "awaiting_user_input" && recallsOf(events).has(last.id);
    });
    const events = await allEvents(call, id);
    const questions = messagesOf(events, "user");
    const answers = messagesOf(events, "agent");
    assert.equal(questions.length, asked);
    assert.equal(recallsOf(events).size, asked, "each message is taken up once");
    // One may have been in hand at each kill: it is known to have begun, and is not begun again.
    assert.ok(answers.length >= asked - rounds, `${answers.length} of ${asked} were answered`);
    assert.deepEqual(
      answers,
      questions.filter((question) => answers.includes(question)),
    );
  });

/** The ids of the messages that the agent has taken up. */
function recallsOf(events: readonly Answer["body"][]): Set<number> {
  return new Set(events.filter(({ action }) => action === "recall").map(({ cause }) => cause));
}

test("killed before the agent has taken up a message, it does afterwards", async (t) => {
  const server = await startServer(t);
  const { id } = await busyConversation(caller(server));
  const { body } = await say(caller(server), id, "think: still there?");
  await server.stop("SIGKILL");
  const again = caller(await startServer(t, server));
  const events = await untilState(again, id, "finished");
  assert.ok(events.some(({ action, args }) => action === "think" && args.thought === "still there?"));
  assert.deepEqual([...recallsOf(events)], [2, body.event_id]);
});

test("killed in the middle of commands, it says that they were interrupted, and does not repeat them", async (t) => {
  const server = await startServer(t);
  const call = caller(server);
  const command = `echo again >> log; ${untilFile("never")}`;
  const id = await createConversation(call, { initial_user_msg: `\`\`\`sh\n${command}\n\`\`\`` });
  const byAgent = await untilEvent(call, id, ({ action }) => action === "run");
  const byUser = await act(call, id, "run", { command });
  const queued = await act(call, id, "run", { command });
  const log = join(server.dataDir, "workspaces", id, "log");
  await until(async () => existsSync(log) && (await lines(log)) === 2);
  await server.stop("SIGKILL");

  const again = caller(await startServer(t, server));
  const events = await untilState(again, id, "awaiting_user_input");
  const errors = events.filter(({ observation }) => observation === "error");
  assert.deepEqual(
    errors.map(({ cause, source }) => ({ cause, source })),
    [
      { cause: byAgent.id, source: "agent" },
      { cause: byUser.body.event_ids[0], source: "user" },
      { cause: queued.body.event_ids[0], source: "user" },
    ],
  );
  for (const { content } of errors) assert.match(content, /restarted while this was under way.*not repeated/);
  assert.equal(events.at(-1).extras.reason, restarted);
  await act(again, id, "read", { path: "log" });
  const { content } = await untilEvent(again, id, ({ observation }) => observation === "read");
  assert.equal(content, "again\nagain\n");
  await say(again, id, "think: on");
  await untilState(again, id, "finished");
});

test("killed while an idle conversation's user runs a command, it says so too", async (t) => {
  const server = await startServer(t);
  const call = caller(server);
  const id = await createConversation(call);
  const { body } = await act(call, id, "run", { command: untilFile("never") });
  await server.stop("SIGKILL");
  const again = caller(await startServer(t, server));
  const error = await untilEvent(again, id, ({ cause }) => cause === body.event_ids[0]);
  assert.equal(error.observation, "error");
});

test("killed while it clones, it clones again", async (t) => {
  const folder = await temporaryFolder(t);
  const env = { PATH: `${await firstCloneHangs(folder)}:${process.env["PATH"]}` };
  const server = await startServer(t, { env });
  const { body } = await caller(server)("POST", "/api/conversations", {
    body: { repository: await plantRepository(folder), initial_user_msg: "read a.txt" },
  });
  const id: string = body.conversation_id;
  await until(() => existsSync(join(folder, "pid")));
  await server.stop("SIGKILL");
  process.kill(Number(await readFile(join(folder, "pid"), "utf8")), "SIGKILL");

  const again = caller(await startServer(t, { ...server, env }));
  const events = await untilState(again, id, "finished");
  assert.equal(events.find(({ observation }) => observation === "read")?.content, "milk\n");
  assert.equal((await again("GET", `/api/conversations/${id}`)).body.status, "RUNNING");
});

/** A folder with a `git` that leaves half a clone behind the first time, and never ends. */
async function firstCloneHangs(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  const script = `#!/bin/bash
if [[ "$*" == *clone* && ! -e ${folder}/pid ]]; then
  for last; do [[ "$last" == *.clone ]] && mkdir -p "$last" && echo half > "$last/half"; done
  echo $$ > ${folder}/pid.new && mv ${folder}/pid.new ${folder}/pid
  exec sleep 600
fi
PATH="\${PATH#*:}" exec git "$@"
`;
  await mkdir(bin);
  await writeFile(join(bin, "git"), script, { mode: 0o755 });
  return bin;
}

async function plantRepository(folder: string): Promise<string> {
  const repository = join(folder, "repository");
  const git = (...args: string[]) => promisify(execFile)("git", ["-C", repository, ...args]);
  await mkdir(repository);
  await writeFile(join(repository, "a.txt"), "milk\n");
  await git("init", "--quiet");
  await git("add", ".");
  await git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "milk");
  return pathToFileURL(repository).href;
}

test("killed while nothing happens, it adds nothing to the logs", async (t) => {
  const server = await startServer(t);
  const call = caller(server);
  const id = await createConversation(call, { initial_user_msg: "think: done" });
  const events = await untilState(call, id, "finished");
  await server.stop("SIGKILL");
  const again = caller(await startServer(t, server));
  assert.deepEqual(await allEvents(again, id), events);
  await say(again, id, "think: on");
  await untilEvent(again, id, ({ action, args }) => action === "think" && args.thought === "on");
});

async function lines(path: string): Promise<number> {
  const { stdout } = await promisify(execFile)("wc", ["-l", path]);
  return Number.parseInt(stdout, 10);
}
