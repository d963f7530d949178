import type { ApiKeyList, CreatedApiKey } from "../generated/client/types.ts";
import { createClient } from "./http.ts";
import type { Client, ClientOptions } from "./http.ts";

/**
 * The API keys of a user, in the fewest words:
 * `const { key } = await ApiKeysClient.createApiKey("my application")`. The calls are those of `createClient(…).apiKeys`,
 * with its errors.
 *
 * Where the server is follows from where this runs: in a browser it is the page's own, and the session cookie says who
 * asks; elsewhere the variables `OPENHANDS_URL` and `OPENHANDS_API_KEY` say both. `configure` says otherwise.
 */
const ApiKeysClient = {
  /** Calls another server, or as another user, from now on. @throws {TypeError} as `createClient` does */
  configure(options: ClientOptions): void {
    client = createClient(options);
  },

  /** The caller's keys, newest first, without the keys themselves. */
  async getApiKeys(): Promise<ApiKeyList> {
    return theClient().apiKeys.list();
  },

  /**
   * Creates an API key for the caller. `key` in the answer is the key itself, which is never shown again.
   * @param name what it is for, to tell keys apart
   */
  async createApiKey(name: string): Promise<CreatedApiKey> {
    return theClient().apiKeys.create({ body: { name } });
  },

  /** Revokes a key at once. @param id its `id`; it is not the key */
  async deleteApiKey(id: string): Promise<void> {
    await theClient().apiKeys.delete({ key_id: id });
  },
};

export { ApiKeysClient };
export default ApiKeysClient;

let client: Client | undefined;

/** Made when it is first needed, so that a program can set the variables or call `configure` before. */
function theClient(): Client {
  return (client ??= createClient(optionsOfSurroundings()));
}

function optionsOfSurroundings(): ClientOptions {
  const { process, location } = globalThis as Surroundings;
  const { OPENHANDS_URL: baseUrl, OPENHANDS_API_KEY: apiKey } = process?.env ?? {};
  if (baseUrl) return { baseUrl, apiKey };
  if (location) return { baseUrl: "" };
  throw new TypeError(
    "There is no page whose server to call. Set OPENHANDS_URL, or call ApiKeysClient.configure({ baseUrl, apiKey })",
  );
}

/** Node has a process, a page has a location. */
interface Surroundings {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly location?: unknown;
}
