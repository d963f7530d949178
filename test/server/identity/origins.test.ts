import assert from "node:assert/strict";
import { test } from "node:test";
import { createOriginPolicy } from "../../../server/identity/origins.ts";

const host = "api.example:3000";

const cases = [
  { origin: undefined, permitted: [], want: false },
  { origin: "http://api.example:3000", permitted: [], want: true },
  { origin: "http://api.example", permitted: [], want: false },
  { origin: "http://localhost:1", permitted: [], want: true },
  { origin: "http://localhost:1", permitted: ["https://app.example"], want: false },
  { origin: "https://app.example", permitted: ["https://app.example"], want: true },
  { origin: "https://app.example/", permitted: ["https://app.example"], want: false },
  { origin: "null", permitted: [], want: false },
  { origin: "", permitted: [], want: false },
  { origin: "http://[", permitted: [], want: false },
] as const;

for (const { origin, permitted, want } of cases) {
  test(`a cookie from ${origin ?? "nowhere"} ${want ? "may" : "may not"} change something, where [${permitted.join()}] may`, () => {
    const policy = createOriginPolicy(permitted);
    assert.equal(policy.permits({ host, ...(origin !== undefined && { origin }) }), want);
  });
}

test("an origin without a host is not the server's own, even where the request names no host", () => {
  assert.equal(createOriginPolicy([]).permits({ origin: "null" }), false);
});
