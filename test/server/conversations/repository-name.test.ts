import assert from "node:assert/strict";
import { test } from "node:test";
import { shownRepository } from "../../../server/conversations/repository-name.ts";

const cases = [
  ["https://git.example/team/project.git", "https://git.example/team/project.git"],
  ["https://token@git.example/team/project.git", "https://git.example/team/project.git"],
  ["https://user:pass%40word@git.example/a%20b", "https://git.example/a%20b"],
  ["file:///srv/git/project.git", "file:///srv/git/project.git"],
  ["no url", "no url"],
] as const;

for (const [url, shown] of cases) {
  test(`${url.replace(/\/\/.*@/, "//…@")} is shown as ${shown}`, () => assert.equal(shownRepository(url), shown));
}
