import type { ProviderType } from "../../contract/index.ts";
import type { ProviderTokens } from "../secrets/provider-tokens.ts";
import { StartFailure } from "./set-up.ts";

/** How a token stands in a URL, and where a repository is: as each host documents it. */
const providers: Partial<
  Record<ProviderType, { readonly host: string; readonly user: string; readonly path: (name: string) => string }>
> = {
  github: { host: "github.com", user: "x-access-token", path: (name) => `${name}.git` },
  gitlab: { host: "gitlab.com", user: "oauth2", path: (name) => `${name}.git` },
  bitbucket: { host: "bitbucket.org", user: "x-token-auth", path: (name) => `${name}.git` },
  azure_devops: { host: "dev.azure.com", user: "token", path: (name) => name.replace(/\/([^/]+)$/, "/_git/$1") },
};

/**
 * The URL that git is to clone. It must not reach an answer, a log or an event: it may have a token in it.
 * @param repository a URL, or a name at the provider: `owner/name`
 * @throws {StartFailure} when the provider, or a token for it, is missing
 */
export async function cloneUrl(
  repository: string,
  provider: ProviderType | null,
  tokensOf: () => ReturnType<ProviderTokens["reveal"]>,
): Promise<string> {
  if (/^(https|file):\/\//.test(repository)) return repository;
  const known = provider === null ? undefined : providers[provider];
  const stored = provider === null ? undefined : (await tokensOf()).get(provider);
  if (!known || !stored || !/^[\w.-]+(\/[\w .-]+)+$/.test(repository))
    throw new StartFailure(
      "Missing either Git token or valid repository. Send a https:// or file:// URL, or owner/name with a git_provider for which you have stored a token.",
    );
  const host = (stored.host ?? known.host).replace(/^https?:\/\//, "").replace(/\/+$/, "");
  return `https://${known.user}:${encodeURIComponent(stored.token)}@${host}/${encodeURI(known.path(repository))}`;
}
