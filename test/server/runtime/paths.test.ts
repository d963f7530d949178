import assert from "node:assert/strict";
import { constants } from "node:fs";
import { mkdir, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describe, test, type TestContext } from "node:test";
import * as fc from "fast-check";
import { readText, writeText } from "../../../server/runtime/files.ts";
import { isInside, openInside, resolveInside } from "../../../server/runtime/paths.ts";
import { WorkspaceError } from "../../../server/runtime/runtime.ts";
import { failure, plant, temporaryFolder } from "./temporary.ts";

/** `<base>/root` is the workspace; `<base>/outside` and `<base>/root-2` are not. */
async function jail(t: TestContext) {
  const base = await temporaryFolder(t);
  await plant(base, { "root/src/main.py": "inside", "outside/secret": "secret", "root-2/secret": "secret" });
  return { base, root: join(base, "root") };
}

describe("resolveInside accepts", () => {
  const accepted: [given: string, want: string][] = [
    ["src/main.py", "src/main.py"],
    ["./src//main.py", "src/main.py"],
    ["src/../src/main.py", "src/main.py"],
    ["", ""],
    [".", ""],
    ["new/deep/file", "new/deep/file"],
    ["...", "..."],
    ["..name", "..name"],
    ["to-src/main.py", "src/main.py"],
    ["to-src/new/file", "src/new/file"],
    ["absolute/main.py", "src/main.py"],
    ["src/up/main.py", "src/main.py"],
    ["dangling", "src/missing"],
    ["dangling/more", "src/missing/more"],
  ];
  for (const [given, want] of accepted) {
    test(JSON.stringify(given), async (t) => {
      const { root } = await jail(t);
      await symlink("src", join(root, "to-src"));
      await symlink(join(root, "src"), join(root, "absolute"));
      await symlink("../src", join(root, "src/up"));
      await symlink("src/missing", join(root, "dangling"));
      assert.equal(await resolveInside(root, given), join(root, want));
    });
  }

  test("an absolute path inside", async (t) => {
    const { root } = await jail(t);
    assert.equal(await resolveInside(root, join(root, "src/main.py")), join(root, "src/main.py"));
  });
});

describe("resolveInside refuses", () => {
  const refused = [
    "..",
    "../outside/secret",
    "src/../../outside/secret",
    "/etc/passwd",
    "/",
    "../root-2/secret",
    "nul\0",
    "to-outside",
    "to-outside/secret",
    "to-outside/new",
    "relative/secret",
    "dangling-out",
    "dangling-out/new",
    "chain/secret",
    "deep/link/secret",
    "prefix/secret",
    "tricky/secret",
  ];
  for (const path of refused) {
    test(JSON.stringify(path), async (t) => {
      const { base, root } = await jail(t);
      await mkdir(join(root, "deep"));
      await symlink(join(base, "outside"), join(root, "to-outside"));
      await symlink("../outside", join(root, "relative"));
      await symlink("../outside/missing", join(root, "dangling-out"));
      await symlink("relative", join(root, "chain"));
      await symlink("../../outside", join(root, "deep/link"));
      await symlink(join(base, "root-2"), join(root, "prefix"));
      await symlink(`${root}/../outside`, join(root, "tricky"));
      await assert.rejects(resolveInside(root, path), failure("path_outside_workspace"));
    });
  }

  test("links in a circle", async (t) => {
    const { root } = await jail(t);
    await symlink("b", join(root, "a"));
    await symlink("a", join(root, "b"));
    await symlink("self/x", join(root, "self"));
    await assert.rejects(resolveInside(root, "a"), failure("file_not_found", /circle/));
    await assert.rejects(resolveInside(root, "self"), failure("file_not_found", /circle/));
  });

  test("a name that is too long", async (t) => {
    const { root } = await jail(t);
    await assert.rejects(resolveInside(root, "x".repeat(300)), failure("file_not_found", /255/));
  });
});

describe("openInside notices what changed since the path was resolved", () => {
  test("a file that became a link", async (t) => {
    const { base, root } = await jail(t);
    const real = await resolveInside(root, "src/main.py");
    await rm(real);
    await symlink(join(base, "outside/secret"), real);
    await assert.rejects(readText(root, "src/main.py"), failure("path_outside_workspace"));
    await assert.rejects(openInside(root, real, constants.O_RDONLY), { code: "ELOOP" });
  });

  test("a folder that became a link", async (t) => {
    const { base, root } = await jail(t);
    await plant(root, { "src/secret": "inside" });
    const real = await resolveInside(root, "src/secret");
    await rename(join(root, "src"), join(root, "moved"));
    await symlink(join(base, "outside"), join(root, "src"));
    await assert.rejects(openInside(root, real, constants.O_RDONLY), failure("path_outside_workspace"));
  });
});

test("whatever the tree and the path, nothing outside is reached", async (t) => {
  const { base } = await jail(t);
  const name = fc.constantFrom("a", "b", "c");
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  const target = fc.oneof(
    fc
      .array(fc.oneof(name, fc.constantFrom("..", ".")), { minLength: 1, maxLength: 5 })
      .map((names) => names.join("/")),
    fc.constantFrom(
      "../outside",
      "../outside/secret",
      "../../outside",
      "../root-2",
      "../outside/new",
      "/",
      "../root/a",
    ),
    fc
      .constantFrom("outside", "outside/secret", "root/../outside", "root/a", "root")
      .map((below) => join(base, "/") + below),
  );
  const entry = fc.record({ kind: fc.constantFrom("file", "folder", "link", "link"), path, target });
  const asked = fc.oneof(
    fc
      .array(fc.oneof(name, fc.constantFrom("..", ".", "secret", "new")), { maxLength: 6 })
      .map((names) => names.join("/")),
    path.map((below) => join(base, "root", below)),
    target,
  );
  let tree = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 12 }),
      fc.array(asked, { minLength: 1, maxLength: 8 }),
      async (entries, paths) => {
        tree += 1;
        const home = join(base, String(tree));
        const root = join(home, "root");
        await plant(home, { "outside/secret": "secret", "root-2/secret": "secret" });
        await mkdir(root);
        const here = (text: string) => text.replaceAll(`${base}/`, `${home}/`);
        for (const { kind, path: at, target: to } of entries) await grow(join(root, at), kind, here(to));
        for (const wanted of paths.map(here)) await assertConfined(home, root, wanted);
        await rm(home, { recursive: true });
      },
    ),
    { numRuns: 300 },
  );
});

test("whatever the links and the path, what leads nowhere outside is where the kernel finds it", async (t) => {
  const { base } = await jail(t);
  const below = (names: readonly string[], maxLength: number) =>
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength }).map((path) => path.join("/"));
  const link = fc.record({
    path: fc.constantFrom("l", "a/l", "b/l"),
    target: fc.tuple(fc.constantFrom("", "/root/"), below(["a", "b", "l"], 2)).map((parts) => parts.join("")),
  });
  const asked = below(["a", "b", "l", "l", "l", "..", "."], 4);
  let count = 0;
  let throughLinks = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(link, { minLength: 1, maxLength: 3 }),
      fc.array(asked, { minLength: 5, maxLength: 10 }),
      async (links, paths) => {
        count += 1;
        const root = join(base, `inner-${count}`);
        await plant(root, { "a/a/b": "inside", "a/b": "inside", "b/a/a": "inside" });
        for (const { path, target } of links) await grow(join(root, path), "link", target.replace(/^\/root/, root));
        for (const path of paths) {
          const literal = resolve(root, path);
          const real = await realpath(literal).catch(() => null);
          if (real === null || !isInside(root, literal)) continue;
          assert.equal(await resolveInside(root, path), real);
          throughLinks += real === literal ? 0 : 1;
        }
        await rm(root, { recursive: true });
      },
    ),
    { numRuns: 100 },
  );
  assert.ok(throughLinks > 10, `only ${throughLinks} paths went through a link`);
});

/** Adds to a random tree; what does not fit the tree so far is left out. */
async function grow(at: string, kind: string, target: string): Promise<void> {
  const add = {
    file: () => writeFile(at, "inside", { flag: "wx" }),
    folder: () => mkdir(at),
    link: () => symlink(target, at),
  }[kind];
  if (await isRealFolder(dirname(at))) await add?.().catch(() => {});
}

async function isRealFolder(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => null)) === path;
}

async function assertConfined(home: string, root: string, path: string): Promise<void> {
  const real = await resolveInside(root, path).catch(workspaceError);
  if (real !== null) {
    assert.ok(isInside(root, real), `${path} gave ${real}`);
    assert.ok(isInside(root, await deepestReal(real)), `${path} gave ${real}, which leads out`);
  }
  assert.notEqual(await readText(root, path).catch(workspaceError), "secret");
  await writeText(root, path, "written").catch(workspaceError);
  assert.deepEqual((await readdir(home)).toSorted(), ["outside", "root", "root-2"]);
  for (const outside of ["outside", "root-2"]) {
    assert.deepEqual(await readdir(join(home, outside)), ["secret"]);
    assert.equal(await readFile(join(home, outside, "secret"), "utf8"), "secret");
  }
}

async function deepestReal(path: string): Promise<string> {
  return await realpath(path).catch(() => deepestReal(dirname(path)));
}

function workspaceError(error: unknown): null {
  assert.ok(error instanceof WorkspaceError, String(error));
  return null;
}
