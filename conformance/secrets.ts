/** Texts that must not be shown: the API key, session cookies, keys made during the run. */
export interface Secrets {
  /** Remembers a secret. One of fewer than four characters is ignored: masking it would blacken everything. */
  add(secret: string | undefined): void;
  /** The text with each secret replaced: the API key by `$OPENHANDS_API_KEY`, any other by `***`. */
  mask(text: string): string;
}

export function createSecrets(apiKey: string | undefined): Secrets {
  const masks = new Map<string, string>();
  const add = (secret: string | undefined, mask: string): void => {
    if (secret !== undefined && secret.length >= 4 && !masks.has(secret)) masks.set(secret, mask);
  };
  add(apiKey, "$OPENHANDS_API_KEY");
  return {
    add: (secret) => add(secret, "***"),
    mask(text) {
      let masked = text;
      for (const [secret, mask] of masks) masked = masked.replaceAll(secret, mask);
      return masked;
    },
  };
}
