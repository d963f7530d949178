import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { coverageOf } from "./cover/coverage.ts";
import { noSightings } from "./cover/sightings.ts";
import { loadDocument } from "./documents.ts";
import type { ApiDocument, DocumentKind } from "./documents.ts";
import { runCases } from "./engine.ts";
import { excused, expired, loadGaps, shippedGaps } from "./gaps.ts";
import { matches } from "./glob.ts";
import { sendHttp } from "./http/exchange.ts";
import { channelsOf } from "./messages.ts";
import { operationsOf } from "./operations.ts";
import { phasesOf } from "./phases/index.ts";
import { phaseNames, phaseOf } from "./phases/phase.ts";
import type { PhaseName } from "./phases/phase.ts";
import { countOf, phaseReports } from "./results.ts";
import type { CaseResult, Report } from "./results.ts";
import { createValidator } from "./schemas.ts";
import { createSecrets } from "./secrets.ts";
import type { Secrets } from "./secrets.ts";
import { unitsOf } from "./units.ts";
import type { Gates, Unit } from "./units.ts";
import { urlOf } from "./world.ts";
import type { World } from "./world.ts";

export interface RunOptions {
  /** The server under test: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** An API key of a user whom the run may act for. It makes things of its own and removes them. */
  readonly key?: string | undefined;
  /** An API key of another user, who must see nothing of the first. Left out: what it takes two users to see is not tried. */
  readonly secondKey?: string | undefined;
  /** A file, or a URL. Left out: what the server hands out. */
  readonly openapi?: string | undefined;
  readonly asyncapi?: string | undefined;
  /** Whether the server runs with its V1 gate on, which is the default. */
  readonly v1?: boolean | undefined;
  /** Whether the server has an OpenID provider; by default it has none. */
  readonly oidc?: boolean | undefined;
  /** Runs only these phases; all when left out. */
  readonly phases?: readonly PhaseName[] | undefined;
  /** A whole number from 0 to 4294967295; drawn when left out. */
  readonly seed?: number | undefined;
  /** What the server's clock shows as the run begins, where it is not this machine's time: what is gone depends on it. */
  readonly clock?: Date | undefined;
  /** Runs only the cases with such a name. */
  readonly only?: string | undefined;
  /** A file of known gaps. Left out: the one that is shipped. */
  readonly gaps?: string | URL | undefined;
  /** How many requests *coverage* and *fuzz* may each send, about; 5,000 when left out. */
  readonly maxRequests?: number | undefined;
  /** Milliseconds for the whole run; ten minutes when left out. */
  readonly maxTimeMs?: number | undefined;
  /** Whether the run ends with the first failure; what it has made is removed all the same. */
  readonly failFast?: boolean | undefined;
  /** Milliseconds for one answer; ten seconds when left out. */
  readonly answerMs?: number | undefined;
  /** Milliseconds for one frame or close of a socket; as long as an answer when left out. */
  readonly frameMs?: number | undefined;
  /** Called with each result as it is known. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

/** The run could not begin: exit code 2. */
export class CannotRunError extends Error {
  override readonly name = "CannotRunError";
}

/**
 * Holds a running server against the two documents.
 * @throws {DocumentError} when a document or the file of gaps cannot be read or judged
 * @throws {CannotRunError} when the URL is none, or nothing answers there
 */
export async function runConformance(options: RunOptions): Promise<Report> {
  const startedAt = new Date();
  const gaps = await loadGaps(options.gaps ?? shippedGaps);
  const world = await createWorld(options, startedAt.getTime());
  const units = unitsOf([...world.operations.values()], world.channels, world.gates);
  const phases = phasesOf(units, world);
  const cases = phases.flatMap((phase) => phase.cases);
  const wanted = options.phases ?? phaseNames;
  const selected = (name: string): boolean => options.only === undefined || matches(options.only, name);
  const own = units.filter((unit) => wanted.includes(phaseOf(unit, world.gates)) && selected(unit.name));
  const report = options.onResult ?? (() => {});

  const uncovered = withoutCase(
    own,
    cases.map(({ name }) => name),
  );
  const missing = excused(
    uncovered.map((unit) => missingCase(unit, phaseOf(unit, world.gates))),
    gaps,
  );
  missing.forEach(report);
  const ran = await runCases(
    phases
      .filter(({ name }) => wanted.includes(name))
      .map((phase) => ({ ...phase, cases: phase.cases.filter(({ name }) => selected(name)) })),
    world,
    (result) => excused([result], gaps).forEach(report),
    (result) => options.failFast === true && excused([result], gaps).some(({ outcome }) => outcome === "failed"),
  );
  if (options.only !== undefined && ran.length + missing.length === 0)
    throw new CannotRunError(
      `No case has a name like ${options.only}. Fix: quote the pattern; ** matches across slashes.`,
    );
  const stale = expired(gaps, [...namesWithAnyGate(world), ...cases.map(({ name }) => name)], ran);
  stale.forEach(report);
  return reportOf(world, startedAt, wanted, own, [...missing, ...excused(ran, gaps), ...stale]);
}

/** The counts of a run and all it has found. */
function reportOf(
  world: World,
  startedAt: Date,
  phases: readonly PhaseName[],
  units: readonly Unit[],
  results: readonly CaseResult[],
): Report {
  const passed = new Set(results.filter(({ outcome }) => outcome === "passed").map(({ name }) => name));
  return {
    url: world.url.href,
    gates: world.gates,
    documents: { openapi: world.openapi.document.source, asyncapi: world.asyncapi.document.source },
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    seed: world.seed,
    phases: phaseReports(
      phaseNames.filter((name) => phases.includes(name)),
      results,
    ),
    results,
    coverage: coverageOf(world, units, passed, world.sightings),
    passed: countOf(results, "passed"),
    failed: countOf(results, "failed"),
    skipped: countOf(results, "skipped"),
  };
}

/**
 * What the cases of a run share.
 * @param now milliseconds since 1970
 * @throws {DocumentError} and {CannotRunError} as a run does
 */
export async function createWorld(options: RunOptions, now: number): Promise<World> {
  const url = parseUrl(options.url);
  const gates: Gates = { v1: options.v1 ?? true, oidc: options.oidc ?? false };
  const answerMs = options.answerMs ?? 5_000;
  const serverNow = options.clock?.getTime() ?? now;
  await reach(url, answerMs);
  const load = (kind: DocumentKind): Promise<ApiDocument> =>
    loadDocument(kind, options[kind] ?? defaultSource(kind, url, gates), answerMs);
  const [openapi, asyncapi] = await Promise.all([load("openapi"), load("asyncapi")]);
  return {
    url,
    key: options.key,
    secondKey: options.secondKey,
    gates,
    seed: options.seed ?? randomInt(2 ** 32),
    openapi: { document: openapi, validator: createValidator(openapi) },
    asyncapi: { document: asyncapi, validator: createValidator(asyncapi) },
    operations: new Map(operationsOf(openapi, serverNow).map((operation) => [operation.id, operation])),
    channels: channelsOf(asyncapi, serverNow),
    clockAheadMs: serverNow - now,
    secrets: secretsOf(options),
    sightings: noSightings(),
    limits: {
      requests: options.maxRequests ?? 5_000,
      answerMs,
      frameMs: options.frameMs ?? answerMs,
      startMs: 30_000,
      deadline: now + (options.maxTimeMs ?? 600_000),
    },
    state: {
      made: [],
      singletons: new Map(),
      cookie: undefined,
      readKey: undefined,
      v1Conversation: undefined,
      revoked: undefined,
      stopped: undefined,
      ownTokens: false,
    },
  };
}

function secretsOf({ key, secondKey }: RunOptions): Secrets {
  const secrets = createSecrets(key);
  secrets.add(secondKey);
  return secrets;
}

/**
 * What the server hands out; with the gate of V1 off, that would not name what must be gone, so then the published file beside
 * the runner.
 */
function defaultSource(kind: DocumentKind, url: URL, gates: Gates): string {
  const published = fileURLToPath(new URL(`../${kind}.yaml`, import.meta.url));
  return !gates.v1 && existsSync(published) ? published : urlOf({ url }, `/${kind}.yaml`).href;
}

function parseUrl(text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new CannotRunError(`${JSON.stringify(text)} is no URL of a server. Fix: --url http://127.0.0.1:3000`);
}

/** Any answer will do: whether it is the right one is what the run is for. */
async function reach(url: URL, timeoutMs: number): Promise<void> {
  try {
    await sendHttp({ method: "GET", url, headers: {} }, timeoutMs);
  } catch (error) {
    throw new CannotRunError(`Nothing answers at ${url.href}. Fix: start the server, or check --url.`, {
      cause: error,
    });
  }
}

/** The units that no case is about. */
function withoutCase(units: readonly Unit[], names: readonly string[]): Unit[] {
  return units.filter(({ name }) => !names.includes(name));
}

function missingCase({ name }: Unit, phase: PhaseName): CaseResult {
  const failure = {
    promise: "Whatever the documents declare has a case, or a known gap says why it has none.",
    where: undefined,
    expected: `a case named ${name}`,
    found: "no recipe of this runner brings it about, and no known gap matches the name",
  };
  return { name, phase, outcome: "failed", failures: [failure], exchanges: [], milliseconds: 0 };
}

/** A gap is not stale because of the gate that this run happens to have. */
function namesWithAnyGate(world: World): string[] {
  const operations = [...world.operations.values()];
  return [true, false].flatMap((open) =>
    unitsOf(operations, world.channels, { v1: open, oidc: open }).map(({ name }) => name),
  );
}
