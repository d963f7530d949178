import assert from "node:assert/strict";
import { test } from "node:test";
import { createAddressOf } from "../../../server/http/peer.ts";

const cases = [
  { trusted: [], connection: "192.0.2.1", forwarded: undefined, want: "192.0.2.1" },
  { trusted: [], connection: "192.0.2.1", forwarded: "203.0.113.9", want: "192.0.2.1" },
  { trusted: [], connection: "::ffff:192.0.2.1", forwarded: undefined, want: "192.0.2.1" },
  { trusted: ["127.0.0.1"], connection: "127.0.0.1", forwarded: undefined, want: "127.0.0.1" },
  { trusted: ["127.0.0.1"], connection: "127.0.0.1", forwarded: "203.0.113.9", want: "203.0.113.9" },
  { trusted: ["127.0.0.1"], connection: "::ffff:127.0.0.1", forwarded: "203.0.113.9", want: "203.0.113.9" },
  { trusted: ["127.0.0.1"], connection: "192.0.2.1", forwarded: "203.0.113.9", want: "192.0.2.1" },
  { trusted: ["127.0.0.1"], connection: "127.0.0.1", forwarded: "1.2.3.4, 203.0.113.9", want: "203.0.113.9" },
  {
    trusted: ["10.0.0.0/8", "::1"],
    connection: "::1",
    forwarded: "1.2.3.4,203.0.113.9, 10.1.2.3",
    want: "203.0.113.9",
  },
  { trusted: ["10.0.0.0/8"], connection: "10.1.1.1", forwarded: "10.2.2.2", want: "10.2.2.2" },
  { trusted: ["127.0.0.1"], connection: "127.0.0.1", forwarded: "203.0.113.9, unknown", want: "127.0.0.1" },
  { trusted: ["127.0.0.1"], connection: "127.0.0.1", forwarded: "", want: "127.0.0.1" },
  { trusted: ["2001:db8::/32"], connection: "2001:db8::1", forwarded: "2001:db9::1", want: "2001:db9::1" },
] as const;

for (const { trusted, connection, forwarded, want } of cases) {
  test(`from ${connection}, forwarded for ${forwarded ?? "nobody"}, trusting [${trusted.join()}], is ${want}`, () => {
    const req = {
      socket: { remoteAddress: connection },
      headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    } as unknown as Parameters<ReturnType<typeof createAddressOf>>[0]; // the two things that are looked at
    assert.equal(createAddressOf(trusted)(req), want);
  });
}
