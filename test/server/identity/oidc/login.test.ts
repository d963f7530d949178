import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { pino } from "pino";
import { readConfig } from "../../../../server/config.ts";
import { createOidcLogin } from "../../../../server/identity/oidc/login.ts";
import type { CallbackQuery } from "../../../../server/identity/oidc/login.ts";
import { createOidcProvider } from "../../../../server/identity/oidc/provider.ts";
import { createTokenVerifier } from "../../../../server/identity/oidc/tokens.ts";
import { oidcSettings } from "../../../../server/identity/oidc/variables.ts";
import { createCipher } from "../../../../server/secrets/cipher.ts";
import { startProvider } from "../../../support/oidc-provider.ts";

test("a login has ten minutes", async (t) => {
  const provider = await startProvider(t);
  let moment = Date.now();
  const clock = { now: () => new Date(moment) };
  const settings = oidcSettings(readConfig(provider.env));
  const deps = { settings, clock, provider: createOidcProvider(settings, pino({ level: "silent" })) };
  const cipher = createCipher(randomBytes(32));
  const login = createOidcLogin({ ...deps, cipher, verifier: createTokenVerifier(deps) });
  const { location, attempt } = await login.begin();
  const { searchParams } = await provider.logIn(location, "alice");
  const query = Object.fromEntries(searchParams) as unknown as CallbackQuery; // as the provider sends it
  moment += 600_000;
  await assert.rejects(login.complete(query, attempt), { code: "login_failed", message: /taken too long/ });
  moment -= 1;
  assert.deepEqual(await login.complete(query, attempt), { issuer: provider.issuer, subject: "alice" });
});
