import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError, readConfig } from "../../server/config.ts";
import type { Config } from "../../server/config.ts";

test("wrong keys are limited unless the operator says otherwise", () => {
  const { RATE_LIMIT_BAD_KEY_ADDRESS, RATE_LIMIT_BAD_KEY_PREFIX } = readConfig({});
  assert.deepEqual(RATE_LIMIT_BAD_KEY_ADDRESS, [{ points: 200, duration: 60 }]);
  assert.deepEqual(RATE_LIMIT_BAD_KEY_PREFIX, [
    { points: 10, duration: 60 },
    { points: 100, duration: 3600 },
  ]);
});

test("without any variable there is a whole configuration, safe on a machine that others can reach", () => {
  const { HOST, PORT, AUTH_MODE, ENABLE_V1, RATE_LIMIT_USER, LLM_MODEL, BOOTSTRAP_API_KEY, SECRET_KEY, DATA_DIR } =
    readConfig({});
  assert.deepEqual(
    { HOST, PORT, AUTH_MODE, ENABLE_V1, LLM_MODEL, BOOTSTRAP_API_KEY, SECRET_KEY },
    {
      HOST: "127.0.0.1",
      PORT: 3000,
      AUTH_MODE: "token",
      ENABLE_V1: true,
      LLM_MODEL: "test/tools",
      BOOTSTRAP_API_KEY: undefined,
      SECRET_KEY: undefined,
    },
  );
  assert.deepEqual(RATE_LIMIT_USER, [
    { points: 10, duration: 1 },
    { points: 100, duration: 60 },
  ]);
  assert.equal(DATA_DIR, join(process.cwd(), "data"));
});

const accepted: readonly { name: keyof Config; value: string; want: unknown }[] = [
  { name: "PORT", value: "0", want: 0 },
  { name: "PORT", value: "65535", want: 65_535 },
  { name: "PORT", value: "", want: 3000 },
  { name: "DATA_DIR", value: "/srv/../data", want: "/data" },
  { name: "RATE_LIMIT_USER", value: "off", want: null },
  {
    name: "RATE_LIMIT_USER",
    value: "3/second; 5/minute",
    want: [
      { points: 3, duration: 1 },
      { points: 5, duration: 60 },
    ],
  },
  {
    name: "RATE_LIMIT_ADDRESS",
    value: "7/hour;8/day",
    want: [
      { points: 7, duration: 3600 },
      { points: 8, duration: 86_400 },
    ],
  },
  { name: "PERMITTED_CORS_ORIGINS", value: "", want: [] },
  {
    name: "PERMITTED_CORS_ORIGINS",
    value: " https://a.example ,http://b.example:8080,",
    want: ["https://a.example", "http://b.example:8080"],
  },
  { name: "OIDC_ISSUER", value: "https://id.example/realms/team", want: "https://id.example/realms/team" },
  { name: "OIDC_ISSUER", value: "http://localhost:8080", want: "http://localhost:8080" },
  { name: "OIDC_ISSUER", value: "http://[::1]:8080", want: "http://[::1]:8080" },
  { name: "OIDC_SCOPES", value: "openid  email", want: ["openid", "email"] },
  { name: "OIDC_ALGORITHMS", value: "", want: ["RS256", "ES256", "EdDSA", "PS256"] },
  { name: "OIDC_ALGORITHMS", value: "ES384, Ed25519", want: ["ES384", "Ed25519"] },
  { name: "OIDC_CLOCK_TOLERANCE_SECONDS", value: "0", want: 0 },
  { name: "OIDC_CLOCK_TOLERANCE_SECONDS", value: "300", want: 300 },
  { name: "SECRET_KEY", value: "A".repeat(64), want: "A".repeat(64) },
  { name: "BOOTSTRAP_API_KEY", value: "abcdefghijklmno=", want: "abcdefghijklmno=" },
  ...["0", "false", "no", "off", "OFF", "False"].map((value) => ({ name: "ENABLE_V1" as const, value, want: false })),
  ...["1", "true", "yes", "on", "ON", "True", ""].map((value) => ({ name: "ENABLE_V1" as const, value, want: true })),
];

for (const { name, value, want } of accepted) {
  test(`${name}=${value} is accepted`, () => {
    assert.deepEqual(readConfig({ [name]: value })[name], want);
  });
}

const refused = [
  { name: "PORT", values: ["abc", "-1", "65536", "80.5", "0x50", " 80", "1e3"], says: /port/ },
  { name: "AUTH_MODE", values: ["OIDC", "TOKEN", "off"], says: /`token`, `oidc` .*, or `none`/ },
  {
    name: "OIDC_ISSUER",
    values: [
      "id.example",
      "http://id.example",
      "http://localhost.id.example",
      "ftp://localhost",
      "https://id.example?a=b",
      "https://id.example/#a",
      "https://user:password@id.example",
    ],
    says: /https URL/,
  },
  {
    name: "OIDC_REDIRECT_URL",
    values: [
      "https://api.example",
      "https://api.example/callback",
      "http://api.example/api/login/oidc/callback",
      "https://api.example/api/login/oidc/callback?a=b",
      "/api/login/oidc/callback",
    ],
    says: /https URL that ends in \/api\/login\/oidc\/callback/,
  },
  { name: "OIDC_SCOPES", values: ["profile", ","], says: /`openid`/ },
  { name: "OIDC_ALGORITHMS", values: ["none", "HS256", "RS256,HS512", "rs256", ","], says: /some of RS256/ },
  { name: "OIDC_CLOCK_TOLERANCE_SECONDS", values: ["-1", "301", "1m"], says: /from 0 to 300/ },
  {
    name: "RATE_LIMIT_USER",
    values: ["x", "10", "10/week", "10/second,5/minute", "-1/second", "0/second", "OFF"],
    says: /`10\/second; 100\/minute`, or `off`/,
  },
  {
    name: "TRUSTED_PROXIES",
    values: ["proxy", "10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.0/8/8", "10.0.0.1;10.0.0.2"],
    says: /addresses or networks/,
  },
  { name: "RATE_LIMIT_BAD_KEY_ADDRESS", values: ["x", "1.5/second"], says: /`200\/minute`, or `off`/ },
  { name: "RATE_LIMIT_BAD_KEY_PREFIX", values: ["x", "0/hour"], says: /`10\/minute; 100\/hour`, or `off`/ },
  { name: "SESSION_IDLE_SECONDS", values: ["59", "never", "-1"], says: /a number of seconds, from 60/ },
  { name: "SESSION_LIFETIME_SECONDS", values: ["59", "1h"], says: /a number of seconds, from 60/ },
  { name: "RATE_LIMIT_ADDRESS", values: ["x", "1.5/second"], says: /`20\/second`, or `off`/ },
  { name: "ENABLE_V1", values: ["maybe", "2"], says: /"0"/ },
  {
    name: "BOOTSTRAP_API_KEY",
    values: ["short", "with a space in it", "x".repeat(257), "ä".repeat(20), 'quote"quote"quote', "=".repeat(16)],
    says: /16 to 256/,
  },
  { name: "SECRET_KEY", values: ["0".repeat(63), "0".repeat(65), "g".repeat(64)], says: /64 hexadecimal digits/ },
  {
    name: "PERMITTED_CORS_ORIGINS",
    values: ["*", "app.example", "https://app.example/", "https://app.example/path", "null"],
    says: /`https:\/\/app\.example`/,
  },
  { name: "MAX_BODY_BYTES", values: ["1023", "4MiB", "-1"], says: /number of bytes/ },
  { name: "COMMAND_TIMEOUT_SECONDS", values: ["0", "86401", "2m"], says: /number of seconds/ },
  { name: "MAX_SOCKETS_PER_USER", values: ["0", "many"], says: /number of sockets/ },
  { name: "SOCKET_COMPRESSION", values: ["maybe", "gzip"], says: /"off"/ },
  { name: "MAX_SOCKETS_PER_ADDRESS", values: ["0", "off"], says: /number of sockets/ },
  { name: "LOG_LEVEL", values: ["verbose"], says: /info/ },
  { name: "VALIDATE_RESPONSES", values: ["some"], says: /sample/ },
  {
    name: "DATABASE_URL",
    values: ["mysql://localhost/a", "localhost", "postgres://u:1/2@db/a"],
    says: /postgresql:\/\//,
  },
  { name: "DATABASE_POOL_SIZE", values: ["0", "many"], says: /number of connections/ },
  {
    name: "REDIS_URL",
    values: ["localhost:6379", "http://localhost", "redis:"],
    says: /`redis:\/\/127\.0\.0\.1:6379`/,
  },
  { name: "RATE_LIMIT_USER", values: ["1/second; 2/second"], says: /at most once/ },
  { name: "RATE_LIMIT_ADDRESS_BURST", values: ["10/minute", "x"], says: /`10\/second`, or `off`/ },
  { name: "RATE_LIMIT_FRAMES", values: ["x", "1/week"], says: /`20\/second; 600\/minute`, or `off`/ },
] as const;

for (const { name, values, says } of refused) {
  for (const value of values) {
    test(`${name}=${value.slice(0, 30)} is refused with what would be right, and without the value`, () => {
      assert.throws(
        () => readConfig({ [name]: value }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, new RegExp(`^${name}\\b`));
          assert.match(error.message, says);
          assert.doesNotMatch(error.message, /\n/);
          if (name.endsWith("KEY") || name === "DATABASE_URL")
            assert.ok(!error.message.includes(value), "it may be a secret");
          return true;
        },
      );
    });
  }
}

test("every variable that is wrong is named, one on each line", () => {
  assert.throws(
    () => readConfig({ PORT: "a", AUTH_MODE: "b", LOG_LEVEL: "c" }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.message.split("\n").map((line) => line.split(":")[0]),
        ["PORT", "AUTH_MODE", "LOG_LEVEL"],
      );
      return true;
    },
  );
});

for (const [HOST, isLoopback] of [
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.2", false],
  ["localhost.example", false],
  ["127.0.0.1.example", false],
] as const) {
  test(`AUTH_MODE=none on ${HOST} is ${isLoopback ? "accepted" : "refused, since others could come in"}`, () => {
    const read = () => readConfig({ AUTH_MODE: "none", HOST });
    if (isLoopback) assert.equal(read().AUTH_MODE, "none");
    else assert.throws(read, /AUTH_MODE.*loopback/);
    assert.equal(readConfig({ AUTH_MODE: "token", HOST }).HOST, HOST);
  });
}

const oidc = {
  AUTH_MODE: "oidc",
  OIDC_ISSUER: "https://id.example",
  OIDC_CLIENT_ID: "openhands",
  OIDC_REDIRECT_URL: "https://api.example/api/login/oidc/callback",
};

for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_REDIRECT_URL"]) {
  test(`AUTH_MODE=oidc without ${name} is refused, and the other modes do without`, () => {
    const message = `AUTH_MODE: \`oidc\` also needs ${name}. Set what is missing.`;
    assert.throws(() => readConfig({ ...oidc, [name]: "" }), { name: "ConfigError", message });
    assert.equal(readConfig({ ...oidc, AUTH_MODE: "token", [name]: "" }).AUTH_MODE, "token");
  });
}
