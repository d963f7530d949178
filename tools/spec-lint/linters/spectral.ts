// https://docs.stoplight.io/docs/spectral/eb68e7afd463e-spectral-in-java-script
import spectralCore from "@stoplight/spectral-core";
import type { ISpectralDiagnostic, RulesetDefinition } from "@stoplight/spectral-core";
import spectralParsers from "@stoplight/spectral-parsers";
import spectralRulesets from "@stoplight/spectral-rulesets";
import type { DocumentKind, Linter } from "./finding.ts";
import { findingOf } from "./diagnostic.ts";

/** Spectral with its `oas` ruleset. */
export const spectralOas = spectral("oas", "openapi");

/** Spectral with its `asyncapi` ruleset. */
export const spectralAsyncApi = spectral("asyncapi", "asyncapi");

function spectral(ruleset: "oas" | "asyncapi", kind: DocumentKind): Linter {
  return {
    name: `spectral ${ruleset}`,
    kinds: [kind],
    async lint({ text, path }) {
      const linter = new spectralCore.Spectral();
      linter.setRuleset({ extends: [spectralRulesets[ruleset] as RulesetDefinition] });
      const found: ISpectralDiagnostic[] = await linter.run(
        new spectralCore.Document(text, spectralParsers.Yaml, path),
      );
      return found.map((diagnostic) => findingOf("spectral", diagnostic));
    },
  };
}
