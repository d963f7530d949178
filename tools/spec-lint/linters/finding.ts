/** What a linter says of a document, in one form for all of them. */
export interface Finding {
  /** The rule as its linter names it, after the linter's own name: `redocly/operation-2xx-response`. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "info" | "hint";
  readonly message: string;
  /** Where in the document, as a JSON Pointer (RFC 6901) behind `#`. */
  readonly at: string;
  /** The line in the file, from 1. */
  readonly line: number;
}

export type DocumentKind = "openapi" | "asyncapi";

/** A document to lint. */
export interface SpecDocument {
  /** As a person would name it: relative to the project. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly kind: DocumentKind;
  /** The document as data. */
  readonly content: unknown;
}

export interface Linter {
  readonly name: string;
  readonly kinds: readonly DocumentKind[];
  /** @throws when the linter itself fails, which is never to be taken for a document without findings */
  lint(document: SpecDocument): Promise<Finding[]>;
}

/** `["paths", "/a/b"]` -> `#/paths/~1a~1b` */
export function pointerTo(path: readonly (string | number)[]): string {
  return ["#", ...path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}
