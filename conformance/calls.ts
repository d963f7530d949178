import { randomBytes } from "node:crypto";
import type { Json, JsonObject } from "./json.ts";
import { formBody, formOf, partsOf } from "./forms.ts";
import { isObject, parseJson, textOf } from "./json.ts";
import { knownOperations } from "./known-operations.ts";
import { jsonOf, namingFields, parametersIn } from "./operations.ts";
import type { Operation, Parameter } from "./operations.ts";
import type { HttpRequest } from "./http/exchange.ts";
import { urlOf } from "./world.ts";
import type { World } from "./world.ts";

/** How a request proves who sends it. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | { readonly kind: "cookie"; readonly cookie: string; readonly origin: string | undefined };

/** A request to a documented operation, in the document's terms. */
export interface Call {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly type: string; readonly text: string } | undefined;
  readonly credentials: Credentials;
}

/** The run's own credentials; none when it was given no key. */
export function ownCredentials(world: World): Credentials {
  return world.key === undefined ? { kind: "none" } : { kind: "bearer", token: world.key };
}

/**
 * The request that the document shows as an example: its body, and each parameter that has an example of its own or is
 * required. Path parameters are the caller's to supply where the example's thing does not exist.
 */
export function exampleCall(world: World, operation: Operation, path: Readonly<Record<string, string>> = {}): Call {
  return {
    operation,
    path: { ...valuesOf(parametersIn(operation, "path")), ...path },
    query: valuesOf(parametersIn(operation, "query")),
    headers: valuesOf(parametersIn(operation, "header")),
    body: exampleBody(world, operation),
    credentials: operation.needsCredentials ? ownCredentials(world) : { kind: "none" },
  };
}

/** The example of an operation's body: JSON, else a form. */
function exampleBody(world: World, operation: Operation): Call["body"] {
  const media = operation.body?.media ?? [];
  const json = jsonOf(media);
  const form = formOf(media);
  if (!json && form) return formBody(partsOf(form, form.example));
  const example = json && substituted(world, operation, json.example);
  return json && example !== undefined ? { type: json.name, text: JSON.stringify(example) } : undefined;
}

/** The JSON object of a call's body; empty when it has none. */
export function bodyOf(call: Call): JsonObject {
  const value: unknown = call.body && parseJson(call.body.text);
  return isObject(value) ? value : {};
}

/** The same call with another JSON body. */
export function withBody(call: Call, body: Json): Call {
  return { ...call, body: { type: call.body?.type ?? "application/json", text: JSON.stringify(body) } };
}

/** The call as it goes over the wire. `requestId` is sent as `X-Request-ID` unless the call names one itself. */
export function requestOf(world: World, call: Call, requestId: string): HttpRequest {
  const path = call.operation.path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(call.path[name] ?? ""),
  );
  const url = urlOf(world, path);
  for (const [name, value] of Object.entries(call.query)) url.searchParams.set(name, value);
  return {
    method: call.operation.method,
    url,
    headers: {
      "X-Request-ID": requestId,
      ...(call.body && { "Content-Type": call.body.type }),
      ...headersOf(call.credentials),
      ...call.headers,
    },
    ...(call.body && { body: call.body.text }),
  };
}

/** The headers that carry credentials. */
export function headersOf(credentials: Credentials): Record<string, string> {
  if (credentials.kind === "bearer") return { Authorization: `Bearer ${credentials.token}` };
  if (credentials.kind === "header") return { [credentials.name]: credentials.value };
  if (credentials.kind === "none") return {};
  return { Cookie: credentials.cookie, ...(credentials.origin !== undefined && { Origin: credentials.origin }) };
}

function valuesOf(parameters: readonly Parameter[]): Record<string, string> {
  const values = parameters.flatMap(({ name, required, example, schemaExample }) => {
    const value = example ?? (required ? schemaExample : undefined);
    // X-Request-ID is given anew with every request.
    return value === undefined || name.toLowerCase() === "x-request-id" ? [] : [[name, textOf(value)] as const];
  });
  return Object.fromEntries(values);
}

/** A published example cannot hold a real key, and what it names may be there already: each call names something new. */
function substituted(world: World, operation: Operation, example: Json | undefined): Json | undefined {
  if (!isObject(example)) return example;
  if (operation.id === knownOperations.login && world.key !== undefined) return { ...example, api_key: world.key };
  const names = namingFields(operation).map((field) => [field, newName(textOf(example[field] ?? ""))]);
  return { ...example, ...Object.fromEntries(names) };
}

/** A name like an example's, which nothing has yet: an id of digits alone stays one. */
function newName(example: string): string {
  return /^[0-9a-f]{32}$/.test(example) ? randomHex(16) : `${example}_${randomHex(8)}`;
}

/** Random hexadecimal digits, two a byte. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
