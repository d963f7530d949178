import { bodyOf, exampleCall, randomHex, withBody } from "../calls.ts";
import type { Call } from "../calls.ts";
import { textOf as valueText } from "../json.ts";
import type { Json } from "../json.ts";
import { child, children } from "../documents.ts";
import { formBody, formOf, partsOf } from "../forms.ts";
import type { FormPart } from "../forms.ts";
import { answersConsent, needsOthers, usesUp } from "../known-operations.ts";
import { goneCode, isGood, jsonOf, namingFields, parametersIn, successOf } from "../operations.ts";
import type { MediaType, Operation, Parameter } from "../operations.ts";
import type { Probe } from "../probe.ts";
import { readOnlyCredentials } from "../read-only.ts";
import { callOnThings, prepareSingleton, stoppedConversation, thingsInBody, valueOf } from "../resources.ts";
import { keyHeaderOf } from "../security-schemes.ts";
import { foreignOrigin, sessionCredentials } from "../sessions.ts";
import { spareTokens } from "../tokens.ts";
import { closedGateCode } from "../units.ts";
import type { AnswerUnit } from "../units.ts";
import { waitingConversation } from "../v1-conversations.ts";
import type { World } from "../world.ts";
import { anotherJson, brokenJson, brokenText, unknownId } from "./ammunition.ts";
import { takesKey, withKey } from "./idempotency-key.ts";
import { plantExample, workspaceRecipes } from "./workspace.ts";

/** Makes the call that brings about one documented answer, and prepares the server for it. */
export type Plan = (probe: Probe) => Promise<Call>;

/** What turns the example call of an operation, which would succeed, into one with another answer. */
export type Change = (call: Call, probe: Probe) => Call | Promise<Call>;

/** The change for an operation; undefined when the answer cannot be brought about with it. */
export type Recipe = (operation: Operation, world: World) => Change | undefined;

/** How to bring about a documented answer; undefined when this runner knows no way. */
export function planFor(unit: AnswerUnit, world: World): Plan | undefined {
  const { operation, response, code } = unit;
  if (code === undefined) return isGood(response.status) && !needsOthers(operation) ? succeed(unit) : undefined;
  const recipe = recipes[code] ?? byEnding(code);
  const change = recipe?.(operation, world);
  if (!change) return undefined;
  // Behind a closed gate nothing can be made: the example will do.
  if (code === closedGateCode) return async (probe) => change(exampleCall(world, operation), probe);
  return async (probe) => change(await callOnThings(probe, operation), probe);
}

/** Confirms what nobody has asked to be confirmed. */
export const unaskedConfirmation = { action: "change_agent_state", args: { agent_state: "user_confirmed" } };

/** A well-formed key that, by all chances, is nobody's. */
export function madeUpKey(): string {
  return `oh_${randomHex(16)}`;
}

const mebibyte = 1024 * 1024;

/** Larger than any body that the documents allow unless the operator says otherwise: 4 MiB, or 100 MiB of files, and a little. */
const tooLarge = { json: 4 * mebibyte + 1024, form: 100 * mebibyte + 1024 };

/** The codes of the documents, each with what brings it about. */
const recipes: Readonly<Record<string, Recipe>> = {
  validation_failed: (operation, world) => invalidBody(operation, world) ?? invalidParameter(operation, world),

  malformed_json: withBodyOnly((call) => withText(call, '{"unfinished": ')),

  malformed_form: withBodyOnly((call) => withText(call, textOf(call).slice(0, textOf(call).lastIndexOf("\r\n--")))),

  unsupported_media_type: withBodyOnly((call) => ({ ...call, body: { type: "text/plain", text: textOf(call) } })),

  payload_too_large: (operation) => {
    const form = formOf(operation.body?.media ?? []);
    if (!form) return operation.body && ((call) => withText(call, textOf(call).padEnd(tooLarge.json)));
    return (call) => ({ ...call, body: formBody(partsOf(form, form.example).map(enlarged)) });
  },

  login_failed: () => (call) => call, // the example's state is of a login that nobody has begun

  unauthenticated: () => (call) => ({ ...call, credentials: { kind: "none" } }),

  invalid_credentials: (operation) => {
    if (operation.needsCredentials) return (call) => ({ ...call, credentials: { kind: "bearer", token: madeUpKey() } });
    const token = parametersIn(operation, "header").find(({ name }) => name.toLowerCase().endsWith("-token"));
    return token
      ? (call) => withParameter(call, token, madeUpKey())
      : (call) => withBody(call, { ...bodyOf(call), api_key: madeUpKey() });
  },

  origin_forbidden: () => async (call, probe) => ({
    ...call,
    credentials: await sessionCredentials(probe, foreignOrigin),
  }),

  scope_insufficient: () => async (call, probe) => ({ ...call, credentials: await readOnlyCredentials(probe) }),

  credentials_conflict: (_operation, world) => {
    const header = keyHeaderOf(world);
    return header === undefined
      ? undefined
      : (call) => ({ ...call, headers: { ...call.headers, [header]: madeUpKey() } });
  },

  conversation_not_running: (operation) => {
    const [parameter] = parametersIn(operation, "path");
    return (
      parameter &&
      (async (call, probe) => ({
        ...call,
        path: { [parameter.name]: await stoppedConversation(probe, parameter.name) },
      }))
    );
  },

  // An operation that can only answer what waits is refused as it stands: nothing waits.
  agent_state_conflict: withBodyOnly((call) => ("action" in bodyOf(call) ? withBody(call, unaskedConfirmation) : call)),

  repository_unavailable: withBodyOnly((call) =>
    withBody(call, { ...bodyOf(call), repository: `file:///nonexistent-${randomHex(8)}` }),
  ),

  idempotency_key_reused: (operation, world) => {
    const media = jsonOf(operation.body?.media ?? []);
    if (!takesKey(operation)) return undefined;
    if (!media?.schema) return withoutQuery(operation, world);
    const { schema } = media;
    const fits = (body: Json) => world.openapi.validator.mismatches(schema, body).length === 0;
    return async (call, probe) => {
      const first = withKey(call, randomHex(16));
      await probe.prepare(first);
      return withBody(first, anotherJson(bodyOf(call), fits) ?? {});
    };
  },

  [goneCode]: (operation) => (operation.deprecation?.state === "gone" ? (call) => call : undefined),

  ...workspaceRecipes,

  [closedGateCode]: (operation) => (operation.gate === undefined ? undefined : (call) => call),
};

/** The example of the document, on things of its own where it uses them up. */
function succeed({ operation, accept }: AnswerUnit): Plan {
  return async (probe) => {
    await prepareSingleton(probe, operation);
    await spareTokens(probe, operation);
    const onThings = await callOnThings(probe, operation, usesUp(operation));
    const call = answersConsent(operation)
      ? { ...onThings, path: { conversation_id: await waitingConversation(probe) } }
      : onThings;
    await plantExample(probe, call);
    return accept === undefined ? call : { ...call, headers: { ...call.headers, Accept: accept } };
  };
}

/** Of a request without a body, another one: without the parameters that the example has. */
function withoutQuery(operation: Operation, world: World): Change | undefined {
  if (Object.keys(exampleCall(world, operation).query).length === 0) return undefined;
  return async (call, probe) => {
    const first = withKey(call, randomHex(16));
    await probe.prepare(first);
    return { ...first, query: {} };
  };
}

/** The codes that many things have: `secret_not_found`, `secret_exists`. */
function byEnding(code: string): Recipe | undefined {
  if (code.endsWith("_not_found")) return notFound(code);
  return code.endsWith("_exists") ? nameTaken : undefined;
}

/** Gives something the name that something else has: a link says which field of the request names it. */
const nameTaken: Recipe = (operation) => {
  const [field] = namingFields(operation);
  const [link] = successOf(operation)?.links ?? [];
  return field === undefined || link === undefined
    ? undefined
    : async (call, probe) => withBody(call, { ...bodyOf(call), [field]: await valueOf(probe, link.parameter, true) });
};

/**
 * `conversation_not_found` is about `conversation_id`, in the path or else in the body; a code that names no parameter is
 * about the last one.
 */
function notFound(code: string): Recipe {
  return (operation, world) => {
    const example = exampleCall(world, operation);
    const inQuery = code.replace(/_not_found$/, "_id");
    if (example.query[inQuery] !== undefined)
      return (call) => ({ ...call, query: { ...call.query, [inQuery]: unknownId(call.query[inQuery] ?? "") } });
    const reference = fieldFor(operation, inQuery);
    if (reference !== undefined) return (call) => withBody(call, { ...bodyOf(call), [reference]: randomHex(16) });
    const parameters = parametersIn(operation, "path");
    const [field] = parameters.length === 0 ? thingsInBody(world, example) : [];
    if (field !== undefined)
      return (call) => withBody(call, { ...bodyOf(call), [field]: unknownId(valueText(bodyOf(call)[field] ?? "")) });
    const named = parameters.find(({ name }) => code === `${name.replace(/_id$/, "")}_not_found`) ?? parameters.at(-1);
    return (
      named && ((call) => ({ ...call, path: { ...call.path, [named.name]: unknownId(call.path[named.name] ?? "") } }))
    );
  };
}

/** The field of an operation's body that refers to another thing of a kind: `parent_conversation_id`. */
function fieldFor(operation: Operation, name: string): string | undefined {
  const schema = jsonOf(operation.body?.media ?? [])?.schema;
  return children(schema && child(schema, "properties")).find(([field]) => field.endsWith(`_${name}`))?.[0];
}

function enlarged(part: FormPart): FormPart {
  return { ...part, content: part.content.padEnd(tooLarge.form) };
}

function withBodyOnly(change: Change): Recipe {
  return (operation) => (operation.body ? change : undefined);
}

function invalidBody(operation: Operation, world: World): Change | undefined {
  const form = formOf(operation.body?.media ?? []);
  if (form) return invalidForm(form, world);
  const media = jsonOf(operation.body?.media ?? []);
  const broken = media?.schema && brokenJson(world.openapi.validator, media.schema, media.example);
  return broken === undefined ? undefined : (call) => withBody(call, broken);
}

/** A form with a field that the document does not know, and none that it requires. */
function invalidForm(form: MediaType, world: World): Change | undefined {
  const value = { unexpected: "a text" };
  const isWrong = form.schema && world.openapi.validator.mismatches(form.schema, value).length > 0;
  return isWrong ? (call) => ({ ...call, body: formBody([{ field: "unexpected", content: "a text" }]) }) : undefined;
}

/** One parameter that does not fit: in the query, else in the path, else in a header such as `X-Request-ID`. */
function invalidParameter(operation: Operation, world: World): Change | undefined {
  for (const place of ["query", "path", "header"] as const)
    for (const parameter of parametersIn(operation, place)) {
      const text = brokenText(world.openapi.validator, parameter.schema);
      if (text !== undefined) return (call) => withParameter(call, parameter, text);
    }
  return undefined;
}

function withParameter(call: Call, parameter: Parameter, text: string): Call {
  if (parameter.in === "query") return { ...call, query: { ...call.query, [parameter.name]: text } };
  if (parameter.in === "path") return { ...call, path: { ...call.path, [parameter.name]: text } };
  return { ...call, headers: { ...call.headers, [parameter.name]: text } };
}

function withText(call: Call, text: string): Call {
  return { ...call, body: { type: call.body?.type ?? "application/json", text } };
}

function textOf(call: Call): string {
  return call.body?.text ?? "{}";
}
