import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import type { Cipher } from "../../secrets/cipher.ts";
import type { SubjectStore } from "../../store/store.ts";
import { createOidcLogin } from "./login.ts";
import type { OidcLogin } from "./login.ts";
import { createOidcProvider } from "./provider.ts";
import type { OidcProvider } from "./provider.ts";
import { createSubjects } from "./subjects.ts";
import type { Subjects } from "./subjects.ts";
import { createTokenVerifier } from "./tokens.ts";
import type { OidcSettings } from "./variables.ts";

/** `AUTH_MODE=oidc`: users whom an OpenID provider proves. */
export interface Oidc {
  readonly settings: OidcSettings;
  readonly login: OidcLogin;
  readonly subjects: Subjects;
  readonly answers: OidcProvider["answers"];
  /** Whom a JWT of the provider speaks for, and until when. @throws {ApiError} `invalid_credentials`, `not_ready` */
  byToken(token: string): Promise<{ readonly userId: string; readonly expiresAt: string }>;
}

export function createOidc(deps: {
  readonly settings: OidcSettings;
  readonly store: SubjectStore;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly logger: Logger;
}): Oidc {
  const { settings, logger } = deps;
  const provider = createOidcProvider(settings, logger);
  const verifier = createTokenVerifier({ ...deps, provider });
  const subjects = createSubjects(deps);
  return {
    settings,
    subjects,
    login: createOidcLogin({ ...deps, provider, verifier }),
    answers: provider.answers,
    async byToken(token) {
      const { subject, expiresAt } = await verifier.verify(token, settings.audience);
      return { userId: await subjects.userOf(subject), expiresAt };
    },
  };
}
