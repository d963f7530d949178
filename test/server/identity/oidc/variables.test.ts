import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../../server/config.ts";
import { oidcSettings } from "../../../../server/identity/oidc/variables.ts";

const environment = {
  AUTH_MODE: "oidc",
  OIDC_ISSUER: "https://id.example/realms/team",
  OIDC_CLIENT_ID: "openhands",
  OIDC_REDIRECT_URL: "https://api.example/api/login/oidc/callback",
};
const settingsOf = (more: Record<string, string> = {}) => oidcSettings(readConfig({ ...environment, ...more }));

test("three variables are enough: a public client, whose tokens are for itself", () => {
  const { issuer, redirectUrl, ...rest } = settingsOf();
  assert.equal(issuer.href, environment.OIDC_ISSUER);
  assert.equal(redirectUrl.href, environment.OIDC_REDIRECT_URL);
  assert.deepEqual(rest, {
    clientId: "openhands",
    clientSecret: null,
    audience: "openhands",
    rootPath: "/",
    scopes: ["openid"],
    algorithms: ["RS256", "ES256", "EdDSA", "PS256"],
    clockToleranceSeconds: 30,
  });
});

test("the audience and the secret are those that are set", () => {
  const { audience, clientSecret } = settingsOf({
    OIDC_AUDIENCE: "https://api.example",
    OIDC_CLIENT_SECRET: "of ours",
  });
  assert.deepEqual([audience, clientSecret], ["https://api.example", "of ours"]);
});

test("the root's path is what stands before the callback's", () => {
  const OIDC_REDIRECT_URL = "https://api.example/a/b/api/login/oidc/callback";
  assert.equal(settingsOf({ OIDC_REDIRECT_URL }).rootPath, "/a/b/");
});
