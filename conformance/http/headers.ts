import { placeOf } from "../documents.ts";
import type { Json } from "../json.ts";
import type { Deprecation, Operation, ResponseHeader, ResponsePromise } from "../operations.ts";
import type { Failure } from "../results.ts";
import type { Validator } from "../schemas.ts";

/**
 * The headers of an answer against the document: those that are required are there, and each fits its schema. One that has a
 * form by its RFC has that form, whether the document lists it or not.
 */
export function checkHeaders(response: ResponsePromise, headers: Headers, validator: Validator): Failure[] {
  const promised = response.headers.flatMap((promise) => {
    const value = headers.get(promise.name);
    if (value === null) return promise.required ? [missing(promise)] : [];
    return checkSchema(promise, value, validator);
  });
  return [...promised, ...[...headers].flatMap(([name, value]) => checkForm(response, name, value))];
}

/**
 * `Deprecation`, `Sunset` and `Link` of a deprecated operation against its `x-deprecation`, wherever the document lists
 * these headers: the days are the document's, the sunset is not before the deprecation (RFC 9745 §4), and the link leads
 * to the replacement (RFC 5829 §3.4).
 */
export function checkDeprecation(operation: Operation, response: ResponsePromise, headers: Headers): Failure[] {
  const { deprecation } = operation;
  if (!deprecation) return checkLiving(operation, headers);
  const value = (name: string): string | undefined =>
    response.headers.some((header) => header.name.toLowerCase() === name)
      ? (headers.get(name) ?? undefined)
      : undefined;
  return [
    ...checkSince(deprecation, value("deprecation")),
    ...checkSunset(deprecation, value("sunset"), value("deprecation")),
    ...checkLink(deprecation, value("link")),
  ];
}

/** An operation that the document does not call deprecated does not say that it is (RFC 9745 §2, RFC 8594 §3). */
function checkLiving({ id, node }: Operation, headers: Headers): Failure[] {
  return ["Deprecation", "Sunset"].flatMap((name) => {
    const value = headers.get(name);
    if (value === null) return [];
    const promise = `${id} is not deprecated, so no answer says that it is.`;
    return [{ promise, where: placeOf(node), expected: `no header ${name}`, found: `${name}: ${value}` }];
  });
}

/** Seconds to wait, from `Retry-After`: a number or a date (RFC 9110 §10.2.3). Undefined when it is neither. */
export function retryAfterSeconds(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  return isImfFixdate(value) ? Math.max(0, (Date.parse(value) - now) / 1000) : undefined;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7), the day of the week included. */
export function isImfFixdate(value: string): boolean {
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toUTCString() === value;
}

function missing(promise: ResponseHeader): Failure {
  return {
    promise: `The answer carries \`${promise.name}\`, which the document requires.`,
    where: placeOf(promise.node),
    expected: `a header ${promise.name}`,
    found: "no such header",
  };
}

function checkSchema({ name, schema }: ResponseHeader, value: string, validator: Validator): Failure[] {
  if (!schema) return [];
  return validator.mismatches(schema, decodeHeader(value, schema.value)).map((mismatch) => ({
    promise: `\`${name}\` fits its schema.`,
    where: `openapi.yaml#${mismatch.pointer}`,
    expected: mismatch.message,
    found: `${name}: ${value}`,
  }));
}

/** Headers are text; a schema of another type is meant for the value that the text stands for. */
function decodeHeader(value: string, schema: Json): Json {
  const type = typeof schema === "object" && schema !== null && !Array.isArray(schema) ? schema["type"] : undefined;
  if ((type === "integer" || type === "number") && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === "boolean" && /^(true|false)$/.test(value)) return value === "true";
  return type === "array" ? value.split(/,\s*/) : value;
}

interface Form {
  readonly fits: (value: string) => boolean;
  readonly expected: string;
}

const token = "[!#$%&'*+.^_`|~\\w-]+";

function listOf(item: string): RegExp {
  return new RegExp(`^\\s*(${item}\\s*(,\\s*${item}\\s*)*)?$`);
}

/** Each challenge is a scheme, alone or before `name=value` pairs. */
const challenges = new RegExp(
  `^${token}(\\s+${token}\\s*=\\s*("([^"\\\\]|\\\\.)*"|${token}))?(\\s*,\\s*${token}(\\s+${token}\\s*=|\\s*=)?\\s*("([^"\\\\]|\\\\.)*"|${token})?)*$`,
);

/**
 * Whether a field is a list of named windows with whole numbers as parameters (RFC 9651 §3.1), of which some must be there.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers
 */
export function isWindowList(value: string, required: readonly string[]): boolean {
  if (!windowList.test(value)) return false;
  return [...value.matchAll(namedWindow)].every(([, parameters = ""]) => {
    const values = parameters.split(";").map((part) => part.trim().split("="));
    return required.every((name) => values.some(([key, value = ""]) => key === name && /^\d{1,15}$/.test(value)));
  });
}

/** A text in quotes with parameters (RFC 9651 §3.3.3, §3.1.2). */
const namedWindow = /"(?:[ !#-[\]-~]|\\["\\])*"((?:; *[a-z*][a-z0-9_.*-]*(?:=[^;,\s]+)?)*)/g;
const windowList = new RegExp(`^${namedWindow.source}(?:[ \\t]*,[ \\t]*${namedWindow.source})*$`);

/** Forms that a JSON schema of type text does not tell. */
const forms: Readonly<Record<string, Form>> = {
  deprecation: { fits: (value) => /^@-?\d+$/.test(value), expected: "@ and seconds since 1970 (RFC 9745 §2.1)" },
  sunset: { fits: isImfFixdate, expected: "an IMF-fixdate (RFC 8594 §3, RFC 9110 §5.6.7)" },
  "retry-after": {
    fits: (value) => retryAfterSeconds(value, 0) !== undefined,
    expected: "seconds or an IMF-fixdate (RFC 9110 §10.2.3)",
  },
  allow: { fits: (value) => listOf(token).test(value), expected: "a list of methods (RFC 9110 §10.2.1)" },
  location: { fits: (value) => URL.canParse(value, "http://server.invalid"), expected: "a URL (RFC 9110 §10.2.2)" },
  "www-authenticate": {
    fits: (value) => challenges.test(value),
    expected: "a scheme, and its parameters if any (RFC 9110 §11.6.1)",
  },
  "ratelimit-policy": {
    fits: (value) => isWindowList(value, ["q"]),
    expected: 'windows such as "name";q=100;w=60 (draft-ietf-httpapi-ratelimit-headers)',
  },
  ratelimit: {
    fits: (value) => isWindowList(value, ["r"]),
    expected: 'windows such as "name";r=99;t=60 (draft-ietf-httpapi-ratelimit-headers)',
  },
  link: { fits: (value) => /^\s*<[^>]*>/.test(value), expected: "<target>; parameters (RFC 8288 §3)" },
  date: { fits: isImfFixdate, expected: "an IMF-fixdate (RFC 9110 §6.6.1)" },
  "last-modified": { fits: isImfFixdate, expected: "an IMF-fixdate (RFC 9110 §8.8.2)" },
  etag: {
    fits: (value) => /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(value),
    expected: 'an entity tag: "…" (RFC 9110 §8.8.3)',
  },
  "content-disposition": {
    fits: (value) => /^[!#$%&'*+.^_`|~\w-]+(\s*;\s*[^;=\s]+=("([^"\\]|\\.)*"|[^;"\s]+))*$/.test(value),
    expected: "a kind, and parameters if any (RFC 6266 §4.1)",
  },
  "set-cookie": {
    fits: (value) => /^[^\s;=,]+=[^;]*(;|$)/.test(value),
    expected: "a cookie: name=value; … (RFC 6265 §4.1)",
  },
};

function checkForm({ headers }: ResponsePromise, name: string, value: string): Failure[] {
  const form = forms[name];
  if (!form || form.fits(value)) return [];
  const promise = headers.find((header) => header.name.toLowerCase() === name);
  return [
    {
      promise: `\`${promise?.name ?? name}\` has the form that its RFC gives it.`,
      where: promise && placeOf(promise.node),
      expected: form.expected,
      found: `${promise?.name ?? name}: ${value}`,
    },
  ];
}

function checkSince({ since, node }: Deprecation, value: string | undefined): Failure[] {
  const expected = `@${Date.parse(since) / 1000}`;
  if (value === undefined || value === expected) return [];
  return [
    {
      promise: "`Deprecation` is the day of `x-deprecation.since`.",
      where: `${placeOf(node)}/since`,
      expected: `Deprecation: ${expected}`,
      found: `Deprecation: ${value}`,
    },
  ];
}

function checkSunset({ sunset, node }: Deprecation, value: string | undefined, since: string | undefined): Failure[] {
  if (value === undefined || !isImfFixdate(value)) return []; // its form is judged already
  const failures: Failure[] = [];
  if (sunset !== undefined && new Date(value).toISOString().slice(0, 10) !== sunset)
    failures.push({
      promise: "`Sunset` is the day of `x-deprecation.sunset`.",
      where: `${placeOf(node)}/sunset`,
      expected: sunset,
      found: `Sunset: ${value}`,
    });
  if (since !== undefined && Number(since.slice(1)) * 1000 > Date.parse(value))
    failures.push({
      promise: "`Sunset` is not before `Deprecation` (RFC 9745 §4).",
      where: placeOf(node),
      expected: `a date from ${new Date(Number(since.slice(1)) * 1000).toUTCString()} on`,
      found: `Sunset: ${value}`,
    });
  return failures;
}

function checkLink({ replacement, node }: Deprecation, value: string | undefined): Failure[] {
  if (value === undefined) return [];
  const failure = (expected: string): Failure[] => [
    {
      promise: "`Link` leads to the replacement, as `successor-version`.",
      where: replacement === undefined ? placeOf(node) : `${placeOf(node)}/replacement`,
      expected,
      found: `Link: ${value}`,
    },
  ];
  const target = successorOf(value);
  if (target === undefined) return failure('a link with rel="successor-version"');
  const path = replacement?.split(" ").at(-1);
  return path === undefined || leadsTo(target, path) ? [] : failure(`<${path}>; rel="successor-version"`);
}

/** The target of the link whose relations include `successor-version` (RFC 8288 §3). */
function successorOf(header: string): string | undefined {
  for (const [, target, parameters = ""] of header.matchAll(/<([^>]*)>((?:\s*;\s*[^,;"]+(?:"[^"]*")?)*)/g)) {
    const relations = /;\s*rel="?([^";]*)"?/i.exec(parameters)?.[1]?.split(/\s+/) ?? [];
    if (relations.includes("successor-version")) return target;
  }
  return undefined;
}

/** Whether a link's target is a path template, or the template with its parameters filled in. */
function leadsTo(target: string, template: string): boolean {
  const base = "http://server.invalid";
  if (!URL.canParse(target, base)) return false;
  const path = new URL(target, base).pathname.replaceAll("%7B", "{").replaceAll("%7D", "}");
  const pattern = template
    .split(/\{[^}]+\}/)
    .map((part) => RegExp.escape(part))
    .join("[^/]+");
  return new RegExp(`${pattern}$`).test(path);
}
