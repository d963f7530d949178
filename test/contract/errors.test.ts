import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errorCatalogue, errorSchema, errorUnion } from "../../contract/index.ts";
import type { ErrorCode } from "../../contract/index.ts";

/** Design §3.1, and which codes fall under each status. */
const statuses: Record<number, readonly ErrorCode[]> = {
  400: [
    "validation_failed",
    "malformed_json",
    "malformed_form",
    "path_outside_workspace",
    "repository_unavailable",
    "login_failed",
    "not_a_file",
    "not_a_directory",
    "credentials_conflict",
    "malformed_request",
  ],
  401: ["unauthenticated", "invalid_credentials"],
  403: ["origin_forbidden", "permission_denied", "scope_insufficient"],
  404: [
    "route_not_found",
    "conversation_not_found",
    "api_key_not_found",
    "sandbox_not_found",
    "sandbox_spec_not_found",
    "provider_token_not_found",
    "settings_not_found",
    "secret_not_found",
    "file_not_found",
    "not_a_repository",
  ],
  405: ["method_not_allowed"],
  408: ["request_timeout"],
  409: [
    "conversation_not_running",
    "agent_state_conflict",
    "conversation_exists",
    "secret_exists",
    "idempotency_key_reused",
    "git_failed",
  ],
  410: ["operation_removed"],
  413: ["payload_too_large", "file_too_large"],
  415: ["unsupported_media_type", "binary_file"],
  429: ["rate_limited"],
  431: ["headers_too_large"],
  500: ["internal_error"],
  503: ["not_ready"],
};

const codes = Object.keys(errorCatalogue) as ErrorCode[]; // the catalogue's keys are the codes

test("every code has the status that design §3.1 gives its kind of failure", () => {
  const got = Object.groupBy(codes, (code) => errorCatalogue[code].status);
  assert.deepEqual({ ...got }, statuses);
});

for (const code of codes) {
  test(`${code} says what was wrong and what to do about it`, () => {
    const { title, remedy } = errorCatalogue[code];
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert.match(title, /^[A-Z].*[^.]$/);
    assert.match(remedy, /^[A-Z`].*\.$/);
  });

  test(`${code} has a body of the one shape, and accepts no other code's`, () => {
    const body = { success: false, error: "Somehow.", code, request_id: "r-1" };
    assert.deepEqual(errorSchema(code).parse(body), body);
    assert.equal(errorSchema(code).safeParse({ ...body, code: "something_else" }).success, false);
    assert.equal(errorSchema(code).safeParse({ ...body, success: true }).success, false);
    assert.equal(errorSchema(code).safeParse({ ...body, error: { text: "Somehow." } }).success, false);
    assert.equal(errorSchema(code), errorSchema(code), "the same schema each time, so that it is one component");
  });
}

test("a union of errors accepts each of its codes and no other", () => {
  const union = errorUnion(["unauthenticated", "invalid_credentials"]);
  const body = { success: false, error: "Somehow.", request_id: "r-1" };
  assert.ok(union.safeParse({ ...body, code: "unauthenticated" }).success);
  assert.ok(!union.safeParse({ ...body, code: "rate_limited" }).success);
  assert.throws(() => errorUnion([]), /errorUnion needs at least one code/);
});

test("time goes over the wire as text: the contract has no z.date()", () => {
  const folder = join(import.meta.dirname, "../../contract");
  const users = globSync("**/*.ts", { cwd: folder }).filter((path) =>
    /\bz\.(coerce\.)?date\(/.test(readFileSync(join(folder, path), "utf8")),
  );
  assert.deepEqual(users, []);
});
