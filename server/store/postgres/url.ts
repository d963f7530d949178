const protocols: ReadonlySet<string> = new Set(["postgres:", "postgresql:"]);

/** Whether a text names a PostgreSQL database as pg reads it. An `@` that is part of a password would make its end the host. */
export function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.has(url.protocol) && !/@/.test(url.pathname + url.hash);
}

/** Where a database is, to be shown: the URL without the user, the password and the parameters, which may be one. */
export function withoutSecrets(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
