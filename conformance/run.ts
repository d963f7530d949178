import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { casesOf } from "./cases/index.ts";
import { loadDocument } from "./documents.ts";
import type { ApiDocument, DocumentKind } from "./documents.ts";
import { runCases } from "./engine.ts";
import { excused, expired, loadGaps, shippedGaps } from "./gaps.ts";
import { matches } from "./glob.ts";
import { sendHttp } from "./http/exchange.ts";
import { channelsOf } from "./messages.ts";
import { operationsOf } from "./operations.ts";
import { countsOf } from "./results.ts";
import type { CaseResult, Report } from "./results.ts";
import { createValidator } from "./schemas.ts";
import { createSecrets } from "./secrets.ts";
import { unitsOf } from "./units.ts";
import type { Gates, Unit } from "./units.ts";
import { urlOf } from "./world.ts";
import type { World } from "./world.ts";

export interface RunOptions {
  /** The server under test: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** An API key of a user whom the run may act for. It makes things of its own and removes them. */
  readonly key?: string | undefined;
  /** A file, or a URL. Left out: what the server hands out. */
  readonly openapi?: string | undefined;
  readonly asyncapi?: string | undefined;
  /** Whether the server runs with its V1 gate on, which is the default. */
  readonly v1?: boolean | undefined;
  /** Whether the server has an OpenID provider; by default it has none. */
  readonly oidc?: boolean | undefined;
  /** Runs only the cases with such a name. */
  readonly only?: string | undefined;
  /** A file of known gaps. Left out: the one that is shipped. */
  readonly gaps?: string | URL | undefined;
  /** Milliseconds for the whole run; ten minutes when left out. */
  readonly maxTimeMs?: number | undefined;
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
  const cases = casesOf(units, world);
  const selected = (name: string): boolean => options.only === undefined || matches(options.only, name);
  const report = options.onResult ?? (() => {});

  const uncovered = withoutCase(
    units,
    cases.map(({ name }) => name),
  ).filter(({ name }) => selected(name));
  const missing = excused(uncovered.map(missingCase), gaps);
  missing.forEach(report);
  const ran = await runCases(
    cases.filter(({ name }) => selected(name)),
    world,
    (result) => excused([result], gaps).forEach(report),
  );
  if (options.only !== undefined && ran.length + missing.length === 0)
    throw new CannotRunError(
      `No case has a name like ${options.only}. Fix: quote the pattern; ** matches across slashes.`,
    );
  const stale = expired(gaps, [...namesWithAnyGate(world), ...cases.map(({ name }) => name)], ran);
  stale.forEach(report);
  return reportOf(
    world,
    startedAt,
    units.filter(({ name }) => selected(name)),
    [...missing, ...excused(ran, gaps), ...stale],
  );
}

/** The counts of a run and all it has found. */
function reportOf(world: World, startedAt: Date, units: readonly Unit[], results: readonly CaseResult[]): Report {
  const passed = new Set(results.filter(({ outcome }) => outcome === "passed").map(({ name }) => name));
  const count = (outcome: CaseResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    url: world.url.href,
    gates: world.gates,
    documents: { openapi: world.openapi.document.source, asyncapi: world.asyncapi.document.source },
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    results,
    counts: countsOf(units, passed),
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
  };
}

async function createWorld(options: RunOptions, now: number): Promise<World> {
  const url = parseUrl(options.url);
  const gates: Gates = { v1: options.v1 ?? true, oidc: options.oidc ?? false };
  const answerMs = options.answerMs ?? 10_000;
  await reach(url, answerMs);
  const load = (kind: DocumentKind): Promise<ApiDocument> =>
    loadDocument(kind, options[kind] ?? defaultSource(kind, url, gates), answerMs);
  const [openapi, asyncapi] = await Promise.all([load("openapi"), load("asyncapi")]);
  return {
    url,
    key: options.key,
    gates,
    openapi: { document: openapi, validator: createValidator(openapi) },
    asyncapi: { document: asyncapi, validator: createValidator(asyncapi) },
    operations: new Map(operationsOf(openapi).map((operation) => [operation.id, operation])),
    channels: channelsOf(asyncapi),
    secrets: createSecrets(options.key),
    limits: {
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
      stopped: undefined,
      ownTokens: false,
    },
  };
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

function missingCase({ name }: Unit): CaseResult {
  const failure = {
    promise: "Whatever the documents declare has a case, or a known gap says why it has none.",
    where: undefined,
    expected: `a case named ${name}`,
    found: "no recipe of this runner brings it about, and no known gap matches the name",
  };
  return { name, outcome: "failed", failures: [failure], exchanges: [], milliseconds: 0 };
}

/** A gap is not stale because of the gate that this run happens to have. */
function namesWithAnyGate(world: World): string[] {
  const operations = [...world.operations.values()];
  return [true, false].flatMap((open) =>
    unitsOf(operations, world.channels, { v1: open, oidc: open }).map(({ name }) => name),
  );
}
