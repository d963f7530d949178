/** The names of the parts of a path or an address: `id` of `/api/keys/{id}`. */
export function namesIn(address: string): string[] {
  return [...address.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? "");
}

/** The same for addresses that differ in such names alone. */
export function withoutNames(address: string): string {
  return address.replaceAll(/\{[^}]*\}/g, "{}");
}
