import assert from "node:assert/strict";
import { readdir, readFile, watch } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { describe, test } from "node:test";
import { failure, plant, temporaryFolder, temporaryWorkspace } from "./temporary.ts";

/** The living processes that have `token` in their command line. */
async function processesWith(token: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(token));
}

let tokens = 0;

/** A number of seconds that no other process here sleeps for. */
function uniqueSleep(): string {
  tokens += 1;
  return `7${process.pid}.${String(tokens).padStart(4, "0")}`;
}

async function appeared(folder: string, name: string): Promise<void> {
  const stopped = new AbortController();
  const changes = watch(folder, { signal: stopped.signal });
  const waiting = (async () => {
    for await (const change of changes) if (change.filename === name) return;
  })();
  if (!(await readdir(folder)).includes(name)) await waiting;
  stopped.abort();
  await waiting.catch(() => {});
}

describe("a command", () => {
  const cases: [command: string, output: string, exitCode: number][] = [
    ["echo hello", "hello\n", 0],
    ["", "", 0],
    ["exit 3", "", 3],
    ["echo out; echo err >&2; echo out; echo err >&2", "out\nerr\nout\nerr\n", 0],
    ["echo named > /dev/stderr; echo named > /dev/stdout", "named\nnamed\n", 0],
    ["cat; echo 'no input'", "no input\n", 0],
    ["-e", "bash: line 1: -e: command not found\n", 127],
    ["kill -9 $$", "", 137],
    ["kill -TERM $$", "", 143],
    ["printf 'a\\0b'", "a\0b", 0],
    ["printf 'a\\xffb'", "a\u{fffd}b", 0],
    ["printf '\\xe2\\x82'; sleep 0.05; printf '\\xac'", "€", 0],
    ["printf '\\xe2\\x82'", "\u{fffd}", 0],
    ["echo late > >(sleep 0.1; cat)", "late\n", 0],
    ["for i in 1 2; do sleep 0.01 & done; wait; echo waited", "waited\n", 0],
    ["tty; echo $TERM", "not a tty\ndumb\n", 0],
  ];
  for (const [command, output, exitCode] of cases) {
    test(JSON.stringify(command), async (t) => {
      const workspace = await temporaryWorkspace(t);
      const result = await workspace.run(command);
      assert.deepEqual([result.output, result.exitCode], [output, exitCode]);
      assert.deepEqual([result.timedOut, result.truncated], [false, false]);
    });
  }
});

describe("the circumstances of a command:", () => {
  test("it reports where it ran", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const result = await workspace.run("echo $$; pwd");
    assert.equal(result.output, `${result.pid}\n${workspace.root}\n`);
    assert.equal(result.workingDir, workspace.root);
    assert.equal(result.hostname, hostname());
    assert.equal(result.username, userInfo().username);
  });

  test("it starts in the folder that is asked for", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { "sub/file": "" });
    assert.equal((await workspace.run("pwd", { cwd: "sub" })).output, `${workspace.root}/sub\n`);
    assert.equal((await workspace.run("pwd", { cwd: `${workspace.root}/sub` })).workingDir, `${workspace.root}/sub`);
    await assert.rejects(workspace.run("pwd", { cwd: "sub/file" }), failure("not_a_directory"));
    await assert.rejects(workspace.run("pwd", { cwd: "missing" }), failure("file_not_found", /"missing"/));
    await assert.rejects(workspace.run("pwd", { cwd: "/" }), failure("path_outside_workspace"));
  });

  test("what bash cannot be given is refused", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await assert.rejects(workspace.run("echo \0"), failure("command_refused", /NUL/));
    await assert.rejects(workspace.run(`: ${"x".repeat(128 * 1024)}`), failure("command_refused", /file/));
    assert.equal((await workspace.run(`: ${"x".repeat(128 * 1024 - 3)}`)).exitCode, 0);
  });

  test("it sees nothing of the server's settings", async (t) => {
    const secrets = ["SECRET_KEY", "DATABASE_URL", "BOOTSTRAP_API_KEY", "LLM_API_KEY", "SOME_FUTURE_SETTING"];
    for (const name of secrets) process.env[name] = "hidden";
    t.after(() => secrets.forEach((name) => delete process.env[name]));
    const workspace = await temporaryWorkspace(t, { environment: { HTTPS_PROXY: "http://proxy" } });
    const { output } = await workspace.run("env");
    assert.doesNotMatch(output, /hidden/);
    const names = output.split("\n").map((line) => line.split("=")[0]);
    for (const name of ["PATH", "HOME", "LANG", "GIT_TERMINAL_PROMPT", "HTTPS_PROXY"])
      assert.ok(names.includes(name), name);
    assert.match(output, new RegExp(`^HOME=${process.env["HOME"]}$`, "m"));
  });
});

describe("what a command reads", () => {
  test("is its input, of any size, and then nothing", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const input = `milk\n${"x".repeat(1_000_000)}\n`;
    const { output } = await workspace.run("head -1; wc -c; cat", { input });
    assert.match(output, /^milk\n/);
    assert.equal((await workspace.run("wc -c", { input })).output.trim(), String(input.length));
    assert.equal((await workspace.run("wc -c", { input: "" })).output.trim(), "0");
  });

  test("may be left unread", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const { exitCode } = await workspace.run("exit 3", { input: "x".repeat(1_000_000) });
    assert.equal(exitCode, 3);
  });

  test("does not make a remote shell of it, which would begin with ~/.bashrc", async (t) => {
    const home = await temporaryFolder(t);
    await plant(home, { ".bashrc": "echo from .bashrc" });
    const workspace = await temporaryWorkspace(t, { environment: { HOME: home } });
    assert.equal((await workspace.run("echo $HOME", { input: "" })).output, `${home}\n`);
  });
});

describe("what a command prints", () => {
  test("is cut in the middle beyond 30,000 characters", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const { output, truncated, exitCode } = await workspace.run("printf '€%.0s' $(seq 40000)");
    assert.equal(truncated, true);
    assert.equal(exitCode, 0);
    assert.equal(output, `${"€".repeat(15_000)}\n[... 10000 characters left out ...]\n${"€".repeat(15_000)}`);
  });

  test("may be 10 MiB and no more", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const fits = await workspace.run(`head -c ${10 * 2 ** 20} /dev/zero; sleep 0.2; exit 7`);
    assert.deepEqual([fits.exitCode, fits.truncated], [7, true]);
    const exceeds = await workspace.run(`head -c ${10 * 2 ** 20 + 1} /dev/zero; sleep ${uniqueSleep()}`);
    assert.equal(exceeds.exitCode, 143);
  });

  test("ends it beyond 10 MiB", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const result = await workspace.run("yes; echo never");
    assert.equal(result.exitCode, 143);
    assert.deepEqual([result.truncated, result.timedOut], [true, false]);
    assert.match(
      result.output,
      /^y\ny\n[^]*characters left out[^]*y\n\[The command was ended because it printed more than 10 MiB\. .*\]\n$/,
    );
    assert.ok(result.output.length < 31_000);
  });
});

describe("a command is ended", () => {
  const variants: [name: string, command: (seconds: string) => string][] = [
    ["alone", (seconds) => `sleep ${seconds}`],
    ["deaf to SIGTERM", (seconds) => `trap '' TERM; sleep ${seconds}; sleep ${seconds}`],
    ["with grandchildren", (seconds) => `(sleep ${seconds} & sleep ${seconds})`],
    ["with a session of its own", (seconds) => `setsid sleep ${seconds} & sleep ${seconds}`],
  ];
  for (const [name, command] of variants) {
    test(`at its time limit: ${name}`, async (t) => {
      const workspace = await temporaryWorkspace(t);
      const seconds = uniqueSleep();
      const result = await workspace.run(`echo before; ${command(seconds)}`, { timeoutMs: 200 });
      assert.deepEqual([result.exitCode, result.timedOut], [-1, true]);
      assert.equal(
        result.output,
        "before\n[The command was ended after its time limit of 0.2 seconds. Split the work into shorter commands.]\n",
      );
      assert.deepEqual(await processesWith(seconds), []);
    });
  }

  test("at the time limit of the runtime", async (t) => {
    const workspace = await temporaryWorkspace(t, { commandTimeoutMs: 100 });
    assert.equal((await workspace.run(`sleep ${uniqueSleep()}`)).timedOut, true);
  });

  test("when its caller aborts", async (t) => {
    const workspace = await temporaryWorkspace(t, { commandTimeoutMs: 10_000 });
    const controller = new AbortController();
    const seconds = uniqueSleep();
    const running = workspace.run(`echo before; touch started; sleep ${seconds}`, { signal: controller.signal });
    await appeared(workspace.root, "started");
    controller.abort();
    const result = await running;
    assert.deepEqual([result.exitCode, result.timedOut], [-1, false]);
    assert.match(result.output, /^before\n\[The command was stopped before it ended\. .*\]\n$/);
    assert.deepEqual(await processesWith(seconds), []);
  });

  test("before it starts when its caller has aborted", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const result = await workspace.run("touch started", { signal: AbortSignal.abort() });
    assert.deepEqual([result.exitCode, result.pid], [-1, -1]);
    assert.deepEqual(await workspace.list(), []);
  });
});

describe("nothing is left running", () => {
  const leftovers: [name: string, command: (seconds: string) => string][] = [
    ["a background process that holds the pipe", (seconds) => `sleep ${seconds} & echo done`],
    ["one that does not", (seconds) => `sleep ${seconds} >/dev/null 2>&1 & echo done`],
    ["one that is deaf to SIGTERM", (seconds) => `(trap '' TERM; exec sleep ${seconds}) & echo done`],
    ["one with nohup", (seconds) => `nohup sleep ${seconds} >/dev/null 2>&1 & echo done`],
    ["one in a session of its own", (seconds) => `setsid sleep ${seconds} >/dev/null 2>&1 & sleep 0.1; echo done`],
    ["one in a session of its own that holds the pipe", (seconds) => `setsid sleep ${seconds} & sleep 0.1; echo done`],
  ];
  for (const [name, command] of leftovers) {
    test(name, async (t) => {
      const workspace = await temporaryWorkspace(t);
      const seconds = uniqueSleep();
      const result = await workspace.run(command(seconds));
      assert.deepEqual([result.output, result.exitCode], ["done\n", 0]);
      assert.deepEqual(await processesWith(seconds), []);
    });
  }

  test("not even pipes and their folders", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const temporary = await temporaryFolder(t);
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = temporary;
    t.after(() => (TMPDIR === undefined ? delete process.env["TMPDIR"] : (process.env["TMPDIR"] = TMPDIR)));
    const before = await readdir("/proc/self/fd");
    await Promise.all(Array.from({ length: 20 }, (_, index) => workspace.run(`echo ${index}`)));
    assert.equal((await readdir("/proc/self/fd")).length, before.length);
    assert.deepEqual(await readdir(temporary), []);
  });

  test("but for a process that hides, which does not hold up the command", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const seconds = uniqueSleep();
    const before = await readdir("/proc/self/fd");
    const result = await workspace.run(`setsid env -i sleep ${seconds} & echo $!; sleep 0.2`);
    t.after(() => process.kill(Number(result.output)));
    assert.equal(result.exitCode, 0);
    assert.equal((await processesWith(seconds)).length, 1);
    assert.equal((await readdir("/proc/self/fd")).length, before.length);
  });
});
