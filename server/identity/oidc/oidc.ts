import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import type { Cipher } from "../../secrets/cipher.ts";
import type { SubjectStore } from "../../store/store.ts";
import type { Identity } from "../identity.ts";
import { createOidcLogin } from "./login.ts";
import type { OidcLogin } from "./login.ts";
import { createOidcProvider } from "./provider.ts";
import type { OidcProvider } from "./provider.ts";
import { createSubjects } from "./subjects.ts";
import type { Subjects } from "./subjects.ts";
import { createTokenVerifier, isJwt } from "./tokens.ts";
import type { OidcSettings } from "./variables.ts";

/** `AUTH_MODE=oidc`: users whom an OpenID provider proves. */
export interface Oidc {
  readonly settings: OidcSettings;
  readonly login: OidcLogin;
  readonly subjects: Subjects;
  readonly answers: OidcProvider["answers"];
  /** The identity's own, and a JWT is good wherever an API key is. */
  readonly credentials: Pick<Identity, "byApiKey" | "bySession">;
}

export function createOidc(deps: {
  readonly settings: OidcSettings;
  readonly identity: Identity;
  readonly store: SubjectStore;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly logger: Logger;
}): Oidc {
  const { settings, identity, logger } = deps;
  const provider = createOidcProvider(settings, logger);
  const verifier = createTokenVerifier({ ...deps, provider });
  const subjects = createSubjects(deps);
  return {
    settings,
    subjects,
    login: createOidcLogin({ ...deps, provider, verifier }),
    answers: provider.answers,
    credentials: {
      async byApiKey(token) {
        if (!isJwt(token)) return identity.byApiKey(token);
        const subject = await verifier.verify(token, settings.audience);
        return { userId: await subjects.userOf(subject), via: "token" };
      },
      bySession: identity.bySession,
    },
  };
}
