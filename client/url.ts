/** Path and query parameters: strings, numbers, booleans and lists of them. `undefined` and `null` are left out. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * The base URL in the form that `buildUrl` takes. In a browser it may be a path on the page's origin, or empty for the origin itself.
 * @throws {TypeError} when it is no http(s) URL, or has a part that would be lost
 */
export function parseBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl, pageOrigin()) ? new URL(baseUrl, pageOrigin()) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`baseUrl must be an http:// or https:// URL, not ${JSON.stringify(baseUrl)}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("baseUrl must have no user, query or fragment; a key goes into apiKey");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/**
 * Fills `/path/{name}` from the parameters, percent-encoded; those that the path does not name become the query, lists
 * joined with commas (OpenAPI's `style: form`, `explode: false`).
 * @throws {TypeError} when a path parameter is missing, empty, or a dot segment, with which the URL would be another one
 */
export function buildUrl(base: string, template: string, parameters: Parameters): string {
  const { path, named } = fillPath(template, parameters);
  const query = Object.entries(parameters).filter(([name]) => !named.has(name));
  return withQuery(base + path, Object.fromEntries(query));
}

/** A URL with further query parameters. */
export function withQuery(url: string, parameters: Parameters): string {
  const query = Object.entries(parameters)
    .flatMap(([name, value]) => ((value ?? null) === null ? [] : [`${encodeURIComponent(name)}=${encode(value)}`]))
    .join("&");
  return `${url}${query && `${url.includes("?") ? "&" : "?"}${query}`}`;
}

function fillPath(template: string, parameters: Parameters): { path: string; named: ReadonlySet<string> } {
  const named = new Set<string>();
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    named.add(name);
    return pathSegment(name, parameters[name]);
  });
  return { path, named };
}

/** `.` and `..` stay dot segments however they are encoded (WHATWG URL, "double-dot URL path segment"). */
function pathSegment(name: string, value: unknown): string {
  const segment = (value ?? null) === null ? "" : encode(value);
  if (segment === "") throw new TypeError(`${name} is missing or empty`);
  if (/^\.\.?$/.test(segment)) throw new TypeError(`${name} must not be ${JSON.stringify(segment)}`);
  return segment;
}

function encode(value: unknown): string {
  return Array.isArray(value) ? value.map(encode).join(",") : encodeURIComponent(String(value));
}

/** Node has no page. */
function pageOrigin(): string | undefined {
  return (globalThis as { location?: { origin: string } }).location?.origin;
}
