import { exampleCall, headersOf, ownCredentials, randomHex } from "../../calls.ts";
import type { Call, Credentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { mediaTypeOf } from "../../http/checks.ts";
import { isImfFixdate } from "../../http/headers.ts";
import { textOf } from "../../json.ts";
import { responseFor } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { keyHeaderOf, securitySchemes } from "../../security-schemes.ts";
import { textAt } from "../../documents.ts";
import { isOpen } from "../../units.ts";
import { urlOf } from "../../world.ts";
import type { World } from "../../world.ts";

/** The status of what was there and never comes back (RFC 9110 §15.5.11). */
const goneStatus = 410;

/**
 * Operations that are gone: they answer 410 whatever they are sent, in whatever form it is to be answered, and whoever asks;
 * their dates are in order, and the operation that takes their place is there.
 */
export function retirementCases(world: World): Case[] {
  return operationsWith(world, "gone").flatMap((operation) => [
    ...Object.entries(variantsOf(operation, world)).map(([name, variant]) => ({
      name: `versions/${operation.id}/gone-${name}`,
      run: async (probe: Probe) => {
        for (const change of variant) await expectGone(probe, operation, change);
      },
    })),
    { name: `versions/${operation.id}/dates`, run: (probe: Probe) => judgeDates(probe, operation) },
    ...successorCases(operation),
  ]);
}

/** Operations that are deprecated and work: whatever they answer says so, and what to use instead is there. */
export function deprecationCases(world: World): Case[] {
  return operationsWith(world, "deprecated").flatMap((operation) => [
    { name: `versions/${operation.id}/dates`, run: (probe: Probe) => judgeDates(probe, operation) },
    ...successorCases(operation),
  ]);
}

function operationsWith(world: World, state: "gone" | "deprecated"): Operation[] {
  return world.operations
    .values()
    .filter(({ deprecation, gate }) => deprecation?.state === state && isOpen(gate, world.gates))
    .toArray();
}

/** What is changed in a request that changes nothing in the answer. */
interface Variant {
  readonly body?: Call["body"];
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
}

/** One dimension at a time, and in the end everything wrong at once. */
function variantsOf(operation: Operation, world: World): Record<string, readonly Variant[]> {
  const own = ownCredentials(world);
  const cookie = securitySchemes(world)
    .map(([, node]) => node)
    .find((node) => textAt(node, "in") === "cookie");
  const keyHeader = keyHeaderOf(world);
  const credentials: Credentials[] = [
    { kind: "none" },
    own,
    { kind: "bearer", token: randomHex(16) },
    { kind: "header", name: "Authorization", value: "Basic Og==" },
    { kind: "header", name: "Authorization", value: "" },
    ...(keyHeader === undefined ? [] : [{ kind: "header", name: keyHeader, value: randomHex(16) } as const]),
    ...(cookie === undefined
      ? []
      : [
          {
            kind: "cookie",
            cookie: `${textAt(cookie, "name") ?? "session"}=made-up-${randomHex(16)}`,
            origin: "https://conformance.invalid",
          } as const,
        ]),
  ];
  const bodies: Call["body"][] = [
    undefined,
    { type: "application/json", text: "{}" },
    { type: "application/json", text: '{"unfinished": ' },
    { type: "application/json", text: "null" },
    { type: "text/plain", text: "a text" },
    { type: "application/x-www-form-urlencoded", text: "a=b" },
    { type: "multipart/form-data; boundary=x", text: "--x\r\n" },
    { type: "no type at all", text: "?" },
    { type: "application/json", text: JSON.stringify("x".repeat(64 * 1024)) },
  ];
  const types = operation.responses.find(({ status }) => status === goneStatus)?.media ?? [];
  const accepts = [
    "*/*",
    "text/html",
    "application/xml",
    "application/json;q=0",
    "nonsense",
    ...types.map(({ name }) => name),
  ];
  return {
    "with-any-body": bodies.map((body) => ({ body })),
    "for-any-accept": accepts.map((accept) => ({ headers: { Accept: accept } })),
    "for-anybody": credentials.map((one) => ({ credentials: one })),
    "with-any-query": [{ query: { force: "true", version: "1" } }],
    "with-all-wrong": [
      {
        body: { type: "text/plain", text: "{" },
        headers: { Accept: "image/png", "X-Request-ID": "not an id", "Idempotency-Key": "not a key" },
        query: { [randomHex(4)]: "?" },
        credentials: { kind: "header", name: "Authorization", value: "Basic Og==" },
      },
    ],
  };
}

async function expectGone(probe: Probe, operation: Operation, variant: Variant): Promise<void> {
  const { world } = probe;
  const response = operation.responses.find(({ status }) => status === goneStatus);
  if (!response)
    return probe.fail({
      promise: "An operation that is gone says so: it documents 410.",
      where: `${placeOf(operation.node)}/responses`,
      expected: "a response 410",
      found: "none",
    });
  const { headers, ...rest } = variant;
  const call: Call = { ...exampleCall(world, operation), ...rest, headers: { ...headers } };
  const accept = headers?.["Accept"];
  const asked = response.media.find(({ name }) => name === accept)?.name;
  const [code] = response.codes;
  const answer = await probe.call(call, {
    status: goneStatus,
    ...(response.codes.length === 1 && { code }),
    accept: asked,
  });
  const type = mediaTypeOf(answer);
  if (asked === undefined && answer.status === goneStatus && type !== response.media[0]?.name)
    probe.fail({
      promise: "What is not asked for in a form that the document has is answered in its first form.",
      where: `${placeOf(response.node)}/content`,
      expected: response.media[0]?.name ?? "no content",
      found: `${type ?? "no type"} for Accept: ${accept ?? "nothing"}`,
    });
}

/**
 * The dates of one answer, by themselves: `Deprecation` is a moment that has been, `Sunset` an IMF-fixdate that is not before
 * it, and which side of it the server's own clock is on decides whether the operation is there.
 */
async function judgeDates(probe: Probe, operation: Operation): Promise<void> {
  const { deprecation } = operation;
  if (!deprecation) return;
  const answer = await probe.call(exampleCall(probe.world, operation));
  const promised = responseFor(operation, answer.status)?.headers.map(({ name }) => name.toLowerCase()) ?? [];
  if (!promised.includes("deprecation") || !promised.includes("sunset")) return;
  const where = placeOf(deprecation.node);
  const [since, sunset] = ["deprecation", "sunset"].map((name) => answer.headers.get(name));
  const fail = (promise: string, expected: string, found: string | null | undefined): void =>
    probe.fail({ promise, where, expected, found: found ?? "no such header" });
  if (!/^@-?\d+$/.test(since ?? "")) fail("`Deprecation` is `@` and seconds since 1970 (RFC 9745 §2.1).", "@…", since);
  if (!isImfFixdate(sunset ?? "")) return fail("`Sunset` is an IMF-fixdate (RFC 8594 §3).", "a date", sunset);
  const now = Date.now() + probe.world.clockAheadMs;
  if (Number(since?.slice(1)) * 1000 > now)
    fail("An operation is not deprecated before its time.", `a moment up to ${new Date(now).toUTCString()}`, since);
  const isOver = answer.status === goneStatus;
  if (!isOver && Date.parse(sunset ?? "") <= now)
    fail("An operation ends at its sunset.", `status ${goneStatus} from ${sunset} on`, `status ${answer.status}`);
  if (isOver && Date.parse(sunset ?? "") > now)
    fail("An operation goes at its sunset, not before.", `a date up to ${new Date(now).toUTCString()}`, sunset);
}

function successorCases(operation: Operation): Case[] {
  const replacement = operation.deprecation?.replacement;
  if (replacement === undefined) return [];
  return [
    { name: `versions/${operation.id}/successor`, run: (probe) => expectSuccessor(probe, operation, replacement) },
  ];
}

/** What the link leads to is documented, is not gone itself, and is there: refused for want of credentials or data at worst. */
async function expectSuccessor(probe: Probe, operation: Operation, replacement: string): Promise<void> {
  const { world } = probe;
  const [method = "GET", path = "/"] = replacement.split(" ");
  const where = `${placeOf(operation.deprecation?.node ?? operation.node)}/replacement`;
  const successor = world.operations.values().find((other) => other.method === method && other.path === path);
  const promise = "What takes the place of an operation is there.";
  if (!successor || !isOpen(successor.gate, world.gates))
    return probe.fail({ promise, where, expected: `an operation ${replacement}`, found: "the document has none" });
  if (successor.deprecation?.state === "gone")
    return probe.fail({ promise, where, expected: "an operation that is not gone", found: `${successor.id} is gone` });
  const filled = successor.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = successor.parameters.find((candidate) => candidate.name === name);
    return encodeURIComponent(textOf(parameter?.example ?? parameter?.schemaExample ?? "example"));
  });
  // Without credentials nothing is changed, and what is not there is not there for nobody either.
  const credentials: Credentials = successor.needsCredentials ? { kind: "none" } : ownCredentials(world);
  const answer = await probe.send({ method, url: urlOf(world, filled), headers: headersOf(credentials) });
  const absent = [405, 410, 501].includes(answer.status) || (answer.status === 404 && !successor.needsCredentials);
  const refused = successor.needsCredentials ? answer.status === 401 : answer.status < 500;
  if (absent || !refused)
    probe.fail({ promise, where, expected: `${replacement} answers`, found: `status ${answer.status}` });
}
