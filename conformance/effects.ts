/**
 * Names of properties by which a server does something beyond what the run has made: it runs a command, reaches out to an
 * address, clones a repository, counts a wrong key. They are given the values of the documents' examples and, where these
 * are refused, values that do not fit; never one that was made up and fits.
 */
export const effectful: ReadonlySet<string> = new Set([
  "api_key",
  "base_url",
  "browser_actions",
  "code",
  "command",
  "kernel_init_code",
  "llm_base_url",
  "repository",
  "session_api_key",
  "url",
]);
