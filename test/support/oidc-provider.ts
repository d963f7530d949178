import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT, exportJWK, generateKeyPair, importJWK } from "jose";
import type { JWK, JWTHeaderParameters, JWTPayload } from "jose";
import { Provider } from "oidc-provider";
import type { ClientMetadata, Configuration } from "oidc-provider";
import type { Cleanup } from "./start-server.ts";

/** What this server is to the provider, and where browsers reach it: a proxy there ends TLS. */
export const clientId = "openhands";
export const redirectUrl = "https://openhands.example/api/login/oidc/callback";

/** For whom the access tokens of callers are. */
export const audience = "https://api.openhands.example";

/** A real OpenID provider, in this process. */
export interface TestProvider {
  readonly issuer: string;
  /** The environment of a server that uses it. */
  readonly env: Readonly<Record<string, string>>;
  /** An access token that the provider gives to a program, signed with the algorithm that is asked for. */
  accessToken(algorithm?: string): Promise<string>;
  /** Signs with the provider's own key of an algorithm what the provider would not: claims are added to good ones. */
  sign(claims?: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The provider's public key of an algorithm. */
  publicKey(algorithm?: string): JWK;
  /** Gives the provider new keys, as a restart with another configuration would. */
  rotate(): Promise<void>;
  /** What a person's browser sees of a login: from the authorization URL to the URL that it is sent back to. */
  logIn(location: string, person: string): Promise<URL>;
  /** The same for a person who thinks better of it. */
  cancel(location: string): Promise<URL>;
  /** Stops answering. @returns what makes it answer again, at the same address */
  stop(): Promise<() => Promise<void>>;
}

const algorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;

/**
 * Starts a provider that knows one server, and a program that acts on its own behalf.
 * @param client how the server is registered, besides its id, its secret and its redirect URL
 */
export async function startProvider(t: Cleanup, client: Partial<ClientMetadata> = {}): Promise<TestProvider> {
  const secret = randomBytes(24).toString("base64url");
  const cookieKey = randomBytes(24).toString("base64url");
  let keys = await newKeys();
  let handle: ReturnType<Provider["callback"]> | null = null;
  const server = createServer((req, res) => void handle?.(req, res));
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port; // a TCP server's address, once it listens
  };
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const port = await listen(0);
  t.after(close);
  const issuer = `http://127.0.0.1:${port}`;
  const configure = () => {
    handle = new Provider(issuer, configuration({ secret, cookieKey, keys, client })).callback();
  };
  configure();
  const keyFor = (algorithm: string) => {
    const key = keys.find(({ alg }) => alg === algorithm);
    if (!key) throw new Error(`The provider has no key for ${algorithm}`);
    return key;
  };
  return {
    issuer,
    env: {
      AUTH_MODE: "oidc",
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: secret,
      OIDC_AUDIENCE: audience,
      OIDC_REDIRECT_URL: redirectUrl,
    },
    async accessToken(algorithm = "RS256") {
      const answer = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: { Authorization: `Basic ${btoa(`program:${secret}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", resource: `urn:signed-with:${algorithm}` }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    async sign(claims = {}, header = {}) {
      const key = keyFor(header.alg ?? "RS256");
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer, aud: audience, sub: "program", iat: now, exp: now + 600, ...claims };
      const defined = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
      return new SignJWT(defined)
        .setProtectedHeader({ alg: "RS256", kid: key.kid ?? "", ...header })
        .sign(await importJWK(key, header.alg ?? "RS256"));
    },
    publicKey(algorithm = "RS256") {
      const { kty, kid, alg, n, e, crv, x, y } = keyFor(algorithm);
      return JSON.parse(JSON.stringify({ kty, kid, alg, n, e, crv, x, y })) as JWK;
    },
    async rotate() {
      keys = await newKeys();
      configure();
    },
    logIn: (location, person) => browse(location, { login: person, password: "any" }),
    cancel: (location) => browse(location, null),
    async stop() {
      await close();
      return async () => void (await listen(port));
    },
  };
}

async function newKeys(): Promise<JWK[]> {
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: randomBytes(8).toString("hex") };
    }),
  );
}

function configuration(options: {
  secret: string;
  cookieKey: string;
  keys: JWK[];
  client: Partial<ClientMetadata>;
}): Configuration {
  const { secret, cookieKey, keys, client } = options;
  return {
    jwks: { keys: keys as NonNullable<Configuration["jwks"]>["keys"] },
    cookies: { keys: [cookieKey] },
    clients: [
      { client_id: clientId, client_secret: secret, redirect_uris: [redirectUrl], ...client },
      {
        client_id: "program",
        client_secret: secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    pkce: { required: () => true },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: resource.replace("urn:signed-with:", "") as "RS256" } },
        }),
      },
    },
  };
}

/** @param entries what the person fills in; null to follow the link that cancels */
async function browse(location: string, entries: Readonly<Record<string, string>> | null): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(location);
  let form: URLSearchParams | null = null;
  for (let hops = 0; hops < 20; hops += 1) {
    if (url.href.startsWith(redirectUrl)) return url;
    const answer: Response = await fetch(url, {
      redirect: "manual",
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form && { method: "POST", body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const html = await answer.text();
    const target = answer.headers.get("location") ?? nextOf(html, entries === null);
    form = answer.headers.has("location") || entries === null ? null : filledIn(html, entries);
    url = new URL(target, url);
  }
  throw new Error(`The login did not come back: it is at ${url.href}`);
}

function nextOf(html: string, cancels: boolean): string {
  const target = (cancels ? /href="([^"]+\/abort)"/ : /<form[^>]* action="([^"]+)"/).exec(html)?.[1];
  if (target === undefined) throw new Error(`The provider's page leads nowhere:\n${html}`);
  return target;
}

function filledIn(html: string, entries: Readonly<Record<string, string>>): URLSearchParams {
  const inputs = [...html.matchAll(/<input[^>]* name="(\w+)"(?:[^>]* value="([^"]*)")?/g)];
  return new URLSearchParams(inputs.map(([, name = "", value = ""]) => [name, value || (entries[name] ?? "")]));
}
