/**
 * What a command may see of the server's environment. A list of what is allowed, so that a setting added later
 * (SECRET_KEY, DATABASE_URL, BOOTSTRAP_API_KEY, a model's API key) stays out without anyone thinking of it.
 */
const ALLOWED = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

/**
 * The environment of a command: `HOME` is the user's, since git and package managers keep their settings there; there
 * is no terminal to draw on or to ask at.
 *
 * @param extra set by the operator, such as a proxy; goes over everything else
 */
export function commandEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { LANG: "C.UTF-8", ...allowed(), TERM: "dumb", GIT_TERMINAL_PROMPT: "0", ...extra };
}

/**
 * The environment of the git that the server itself runs for a caller. That caller is not the operator, so the
 * operator's git credentials, `.netrc` and URL rewrites stay out of reach: there is no home. Messages are in English,
 * since they are read. Only the two transports that `parseRepository` accepts exist, for redirects too.
 *
 * @param extra as above
 */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...allowed(),
    LC_ALL: "C.UTF-8",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:file",
    ...extra,
    HOME: "/dev/null",
  };
}

function allowed(): Record<string, string> {
  const pairs = ALLOWED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}
