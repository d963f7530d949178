import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { execa } from "execa";
import { gitEnvironment } from "../../../server/runtime/environment.ts";
import { explainFailure, isCloneOf, parseRepository } from "../../../server/runtime/git.ts";
import { CONVERSATION, failure, plant, plantRepository, temporaryFolder, temporaryRuntime } from "./temporary.ts";

async function temporaryRepository(t: TestContext): Promise<string> {
  const folder = join(await temporaryFolder(t), "my repository");
  await plantRepository(folder);
  return pathToFileURL(folder).href;
}

/** Accepts connections and never answers. */
async function silentHost(t: TestContext): Promise<{ server: Server; url: string }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { server, url: `https://127.0.0.1:${address.port}/x.git` };
}

describe("the URL of a repository", () => {
  const refused = [
    "",
    "owner/repo",
    "/etc",
    "-u./run",
    "--upload-pack=touch /tmp/x",
    "ext::sh -c touch% /tmp/x",
    "ssh://git@github.com/owner/repo",
    "git@github.com:owner/repo",
    "git://github.com/owner/repo",
    "http://github.com/owner/repo",
    "HTTPS://github.com/owner/repo",
    "https://",
    "https:///owner",
    "https://host/a b",
    "https://host/a\nb",
    "file://host/path",
    "file::/etc",
    " https://host/x",
  ];
  for (const url of refused) {
    test(`is refused: ${JSON.stringify(url)}`, async (t) => {
      const { directory, runtime } = await temporaryRuntime(t);
      await assert.rejects(runtime.checkRepository(url), failure("repository_unavailable", /https:\/\/github\.com/));
      const workspace = await runtime.open(CONVERSATION);
      await assert.rejects(workspace.clone(url), failure("repository_unavailable"));
      assert.deepEqual(await readdir(directory), [CONVERSATION]);
    });
  }

  for (const url of ["https://github.com/owner/repo.git", "https://user:token@host:8443/x", "file:///srv/a%20b"]) {
    test(`is accepted: ${url}`, () => assert.equal(parseRepository(url), url));
  }
});

describe("checkRepository", () => {
  test("finds the default branch and others", async (t) => {
    const url = await temporaryRepository(t);
    const { directory, runtime } = await temporaryRuntime(t);
    assert.deepEqual(await runtime.checkRepository(url), { branch: "main" });
    assert.deepEqual(await runtime.checkRepository(url, { branch: "side" }), { branch: "side" });
    assert.deepEqual(await readdir(directory), []);
  });

  test("finds no branch in an empty repository", async (t) => {
    const folder = await temporaryFolder(t);
    await execa("git", ["init", "--quiet"], { cwd: folder });
    const { runtime } = await temporaryRuntime(t);
    assert.deepEqual(await runtime.checkRepository(pathToFileURL(folder).href), { branch: null });
  });

  for (const branch of ["absent", "sid", "ain", "HEAD"]) {
    test(`refuses the absent branch ${branch}`, async (t) => {
      const url = await temporaryRepository(t);
      const { runtime } = await temporaryRuntime(t);
      await assert.rejects(
        runtime.checkRepository(url, { branch }),
        failureAbout(url, new RegExp(`no branch "${branch}"`)),
      );
    });
  }

  for (const branch of ["", "-x", "--upload-pack=x", "a b", "a..b", "ma*", "a:b", "a\0b"]) {
    test(`refuses the odd branch ${JSON.stringify(branch)}`, async (t) => {
      const { runtime } = await temporaryRuntime(t);
      await assert.rejects(
        runtime.checkRepository("https://host/x", { branch }),
        failure("repository_unavailable", /not a branch name/),
      );
    });
  }

  test("says what is wrong with a URL", async (t) => {
    const folder = await temporaryFolder(t);
    const { runtime } = await temporaryRuntime(t);
    const missing = pathToFileURL(join(folder, "missing")).href;
    await assert.rejects(runtime.checkRepository(missing), failureAbout(missing, /no repository/));
  });

  test("tells nobody the token in a URL, not even the log", async (t) => {
    const { runtime } = await temporaryRuntime(t);
    const attempt = runtime.checkRepository("https://user:hush@127.0.0.1:9/x.git?key=hush");
    await assert.rejects(attempt, (error: Error) => {
      assert.ok(error.message.startsWith("https://127.0.0.1:9/x.git cannot be cloned: its host does not answer"));
      assert.match(inspect(error.cause, { depth: Infinity, showHidden: true }), /unable to access/);
      assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /hush/);
      return true;
    });
  });

  test("gives up on a host that does not answer, and when its caller does", async (t) => {
    const { server, url } = await silentHost(t);
    const { runtime } = await temporaryRuntime(t, { checkTimeoutMs: 300 });
    await assert.rejects(runtime.checkRepository(url), failure("repository_unavailable", /longer than 0\.3 seconds/));
    const controller = new AbortController();
    server.once("connection", () => controller.abort(new Error("enough")));
    const patient = (await temporaryRuntime(t)).runtime;
    await assert.rejects(patient.checkRepository(url, { signal: controller.signal }), /enough/);
    await assert.rejects(patient.checkRepository(url, { signal: AbortSignal.abort(new Error("early")) }), /early/);
  });
});

describe("clone", () => {
  test("makes the repository the root of the workspace, with its history", async (t) => {
    const url = await temporaryRepository(t);
    const { directory, runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await workspace.clone(url);
    assert.deepEqual(await workspace.list(), ["README.md"]);
    assert.match(
      (await workspace.run("git log --oneline --all; git status")).output,
      /First[^]*On branch main[^]*clean/,
    );
    assert.deepEqual(await readdir(directory), [CONVERSATION]);
    assert.equal((await stat(workspace.root)).mode & 0o777, 0o700);
  });

  test("checks out the branch that is asked for", async (t) => {
    const url = await temporaryRepository(t);
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await workspace.clone(url, { branch: "side" });
    assert.deepEqual(await workspace.list(), ["README.md", "side.txt"]);
  });

  test("is done once: a repeat leaves the work alone", async (t) => {
    const url = await temporaryRepository(t);
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await workspace.clone(url);
    await workspace.write("README.md", "changed");
    await workspace.clone(url);
    assert.equal(await workspace.read("README.md"), "changed");
  });

  test("is known again with another token", async (t) => {
    const folder = await temporaryFolder(t);
    await execa("git", ["init", "--quiet"], { cwd: folder });
    assert.equal(await isCloneOf(folder, "https://host/x"), false);
    await execa("git", ["remote", "add", "origin", "https://user:old@host/x"], { cwd: folder });
    assert.equal(await isCloneOf(folder, "https://user:new@host/x"), true);
    assert.equal(await isCloneOf(folder, "https://user:old@host/y"), false);
  });

  test("replaces what an interrupted clone left", async (t) => {
    const url = await temporaryRepository(t);
    const { directory, runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await plant(directory, { [`${CONVERSATION}.clone/.git/objects/half`]: "", [`${CONVERSATION}.clone/half`]: "" });
    await workspace.clone(url);
    assert.deepEqual(await workspace.list(), ["README.md"]);
    assert.deepEqual(await readdir(directory), [CONVERSATION]);
  });
});

describe("clone refuses", () => {
  test("a workspace that holds something else", async (t) => {
    const url = await temporaryRepository(t);
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await workspace.write("mine", "");
    await assert.rejects(workspace.clone(url), failure("repository_unavailable", /other files/));
    await workspace.run(`git init --quiet; git remote add origin file:///elsewhere`);
    await assert.rejects(workspace.clone(url), failure("repository_unavailable", /other files/));
    assert.deepEqual(await workspace.list(), ["mine"]);
  });

  test("a workspace inside another clone of the repository that is none itself", async (t) => {
    const url = await temporaryRepository(t);
    const { directory, runtime } = await temporaryRuntime(t);
    await execa("git", ["clone", "--quiet", url, join(directory, "checkout")]);
    const inner = (await temporaryRuntime(t, { directory: join(directory, "checkout/data") })).runtime;
    const workspace = await inner.open(CONVERSATION);
    await workspace.write("mine", "");
    await assert.rejects(workspace.clone(url), failure("repository_unavailable", /other files/));
    assert.ok(runtime);
  });

  test("and leaves the workspace empty when it fails or is aborted", async (t) => {
    const url = await temporaryRepository(t);
    const { server, url: silent } = await silentHost(t);
    const { directory, runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await assert.rejects(workspace.clone(url, { branch: "absent" }), failureAbout(url, /no branch "absent"/));
    const controller = new AbortController();
    server.once("connection", () => controller.abort(new Error("enough")));
    await assert.rejects(workspace.clone(silent, { signal: controller.signal }), /enough/);
    assert.deepEqual(await workspace.list(), []);
    assert.deepEqual(await readdir(directory), [CONVERSATION]);
  });

  test("the files of another conversation", async (t) => {
    const { runtime } = await temporaryRuntime(t);
    const victim = await runtime.open("victim");
    await plantRepository(victim.root);
    const workspace = await runtime.open(CONVERSATION);
    const url = pathToFileURL(victim.root).href;
    await assert.rejects(workspace.clone(url), failure("repository_unavailable", /Workspaces/));
    await assert.rejects(runtime.checkRepository(`${url}/.git`), failure("repository_unavailable", /Workspaces/));
    const dotted = `${pathToFileURL(workspace.root).href}/../victim`;
    await assert.rejects(workspace.clone(dotted), failure("repository_unavailable", /Workspaces/));
  });
});

test("git knows no other transport than the two, and no home of the operator", async () => {
  const env = gitEnvironment();
  const attempt = await execa("git", ["ls-remote", "ext::echo x"], { env, extendEnv: false, reject: false });
  assert.match(attempt.stderr, /transport 'ext' not allowed/);
  assert.equal(env["HOME"], "/dev/null");
});

describe("what git printed is explained without repeating it", () => {
  const cases: [printed: string, want: RegExp][] = [
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", /credentials/],
    ["fatal: Authentication failed for 'https://github.com/x/y/'", /credentials/],
    ["The requested URL returned error: 403", /credentials/],
    ["fatal: repository 'https://github.com/x/y/' not found", /no repository/],
    ["fatal: '/srv/x' does not appear to be a git repository", /no repository/],
    ["fatal: unable to access 'https://h/': Could not resolve host: h", /host name/],
    ["fatal: unable to access 'https://h/': Failed to connect to h port 443", /does not answer/],
    ["something else at /data/x", /git failed/],
  ];
  for (const [printed, want] of cases) {
    test(printed, () => assert.match(explainFailure(printed), want));
  }
});

/** As `failure`, where the message begins with the URL the caller gave, which may be a path of the host. */
function failureAbout(url: string, message: RegExp) {
  return (error: Error & { code?: string }): boolean => {
    assert.equal(error.code, "repository_unavailable");
    assert.ok(error.message.startsWith(`${url} cannot be cloned: `), error.message);
    assert.match(error.message, message);
    return true;
  };
}
