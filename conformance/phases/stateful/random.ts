import fc from "fast-check";
import type { Credentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { appendOverRest, marker, readLog, restLogOf, takesQuiet } from "../../event-log.ts";
import type { RestLog } from "../../event-log.ts";
import { followLinks } from "../../links.ts";
import type { Channel } from "../../messages.ts";
import { namingFields, successOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import { createProbe, failureOf, remaining } from "../../probe.ts";
import type { Probe } from "../../probe.ts";
import { untilRunning } from "../../resources.ts";
import type { Failure } from "../../results.ts";
import { connected } from "../../socket/client.ts";
import { eventOf } from "../../socket/sequence.ts";
import { absenceOf, callOn, idsOf, kindsOf, make, operationsOn, walk } from "../../things.ts";
import type { ThingKind } from "../../things.ts";
import type { World } from "../../world.ts";

/** How many sequences are drawn, and how many steps one has at the most. */
const sequences = 8;
const longest = 24;

/** Milliseconds after which no more sequences are drawn, nor made smaller. */
const mostMs = 20_000;

/**
 * `stateful/sequences`: what is created, read, listed, changed, deleted, written and followed in any order is at each step what
 * a simple model says. The sequences come from the seed of the run; one that fails is made as small as it can be.
 */
export function randomCases(world: World): Case[] {
  const kinds = kindsOf(world).filter(({ remover, lister, reader }) => remover && (lister || reader));
  return kinds.length === 0 ? [] : [{ name: "stateful/sequences", run: (probe) => drawSequences(probe, kinds) }];
}

/** A thing as the model knows it: there or gone, and what has been written into its log. */
interface Thing {
  readonly kind: ThingKind;
  id: string;
  gone: boolean;
  readonly marks: string[];
}

type Model = { readonly things: Thing[] };

/** What the steps of one sequence work with. */
interface Real {
  readonly probe: Probe;
  /** The steps that were taken, for whoever repeats them. */
  readonly taken: string[];
}

type Step = fc.AsyncCommand<Model, Real>;

async function drawSequences(probe: Probe, kinds: readonly ThingKind[]): Promise<void> {
  const { world } = probe;
  let smallest: { readonly failures: readonly Failure[]; readonly real: Real } | undefined;
  const steps = fc.array(fc.oneof(...stepsOf(world, kinds)), { minLength: 1, maxLength: longest, size: "max" });
  const property = fc.asyncProperty(steps, async (sequence) => {
    const real: Real = { probe: createProbe(world), taken: [] };
    try {
      await fc.asyncModelRun(() => ({ model: { things: [] }, real }), [...kinds.map(create), ...sequence]);
    } catch (error) {
      if (real.probe.failures.length === 0) real.probe.fail(failureOf(error));
      smallest = { failures: [...real.probe.failures], real };
      throw error;
    }
  });
  const details = await fc.check(property, {
    seed: world.seed,
    numRuns: sequences,
    unbiased: true, // else the first ones are next to empty
    interruptAfterTimeLimit: Math.min(mostMs, remaining(world)),
    markInterruptAsFailure: false,
  });
  if (!details.failed || !smallest) return;
  const { failures, real } = smallest;
  probe.exchanges.push(...real.probe.exchanges);
  const story = real.taken.join("; then ");
  for (const failure of failures) probe.fail({ ...failure, found: `${failure.found}, after: ${story}` });
}

/** The steps that the documents allow, each on a thing that a number picks among those there are. */
function stepsOf(world: World, kinds: readonly ThingKind[]): fc.Arbitrary<Step>[] {
  const pick = fc.nat({ max: 5 });
  const logs = world.channels.flatMap((channel) => {
    const log = restLogOf(world, channel);
    const writer = log?.writers.find((one) => takesQuiet(world, one)) ?? log?.writers[0];
    return log && writer ? [{ channel, log, writer }] : [];
  });
  const { secondKey } = world;
  return [
    fc.constantFrom(...kinds).map(create),
    fc.constantFrom(...kinds).map(create), // twice as often as the rest, which needs something to work on
    fc.tuple(fc.constantFrom(...kinds), pick).map(([kind, at]) => read(kind, at)),
    fc.constantFrom(...kinds).map(list),
    fc.tuple(fc.constantFrom(...kinds), pick).map(([kind, at]) => change(kind, at)),
    fc.tuple(fc.constantFrom(...kinds), pick).map(([kind, at]) => remove(kind, at)),
    fc.tuple(fc.constantFrom(...kinds), pick, fc.nat({ max: 40 })).map(([kind, at, which]) => useGone(kind, at, which)),
    ...logs.map((log) => pick.map((at) => write(log, at))),
    ...logs.map((log) => fc.tuple(pick, fc.nat({ max: 20 })).map(([at, after]) => follow(log, at, after))),
    ...(secondKey === undefined
      ? []
      : [
          fc
            .tuple(fc.constantFrom(...kinds), pick, fc.nat({ max: 40 }))
            .map(([kind, at, which]) => ask(kind, at, which, { kind: "bearer", token: secondKey })),
        ]),
  ];
}

/** A step: whether the model has what it needs, what it does, and how it is told. */
function step(text: string, check: (model: Model) => boolean, run: (model: Model, real: Real) => Promise<void>): Step {
  return {
    check,
    run: async (model, real) => {
      real.taken.push(text);
      await run(model, real);
      // Whatever a single answer breaks ends the sequence, too, so that it can be made smaller.
      if (real.probe.failures.length > 0) throw new Error(`${text}: ${real.probe.failures[0]?.promise ?? ""}`);
    },
    toString: () => text,
  };
}

function some(things: readonly Thing[], kind: ThingKind, gone: boolean): Thing[] {
  return things.filter((thing) => thing.kind === kind && thing.gone === gone);
}

/** The thing that a number picks; its id is told with the step. */
function nth(things: readonly Thing[], at: number, { taken }: Real): Thing {
  const thing = things[at % things.length];
  taken.push(`${taken.pop() ?? ""} (${thing?.id ?? "none"})`);
  if (!thing) throw new Error("There is none of them, so the step should not have been taken.");
  return thing;
}

function create(kind: ThingKind): Step {
  const makesLog = (world: World): boolean =>
    world.channels.some(({ parameters }) => parameters.includes(kind.parameter));
  return step(
    kind.creator.id,
    ({ things }) => things.length < 6,
    async ({ things }, { probe }) => {
      const id = await make(probe, kind);
      const made = probe.world.state.made.find(
        ({ provider, values }) => provider === kind.creator && values[kind.parameter] === id,
      );
      // What takes messages is waited for until it does.
      if (made && makesLog(probe.world)) await untilRunning(probe, made);
      things.push({ kind, id, gone: false, marks: [] });
    },
  );
}

function read(kind: ThingKind, at: number): Step {
  const { reader } = kind;
  return step(
    `${reader?.id ?? kind.creator.id}`,
    ({ things }) => reader !== undefined && some(things, kind, false).length > 0,
    async ({ things }, real) => {
      const { probe } = real;
      const thing = nth(some(things, kind, false), at, real);
      if (reader)
        await probe.call(await callOn(probe, reader, kind.parameter, thing.id), {
          status: successOf(reader)?.status ?? 200,
        });
    },
  );
}

function list(kind: ThingKind): Step {
  const { lister } = kind;
  return step(
    lister?.id ?? "",
    () => lister !== undefined,
    async ({ things }, { probe }) => {
      if (!lister) return;
      const shown = await walk(probe, lister);
      const ids = idsOf(kind, shown);
      for (const thing of things.filter((one) => one.kind === kind)) {
        const times = ids.filter((id) => id === thing.id).length;
        if (times === (thing.gone ? 0 : 1) || (times === 0 && !shown.whole)) continue;
        fail(probe, lister, thing.gone ? "What is gone is not listed." : "What is there is listed once.", {
          expected: `${thing.id} ${thing.gone ? "not at all" : "once"}`,
          found: `${times} times`,
        });
      }
    },
  );
}

function change(kind: ThingKind, at: number): Step {
  const { changer } = kind;
  return step(
    `${changer?.id ?? ""}`,
    ({ things }) => changer !== undefined && some(things, kind, false).length > 0,
    async ({ things }, real) => {
      const { probe } = real;
      if (!changer) return;
      const thing = nth(some(things, kind, false), at, real);
      const call = await callOn(probe, changer, kind.parameter, thing.id);
      const answer = await probe.prepare(call);
      if (namingFields(changer).length === 0) return;
      const id = followLinks(call, answer).values[kind.parameter] ?? thing.id;
      if (id !== thing.id) things.push({ kind, id: thing.id, gone: true, marks: [] });
      thing.id = id;
    },
  );
}

function remove(kind: ThingKind, at: number): Step {
  const { remover } = kind;
  return step(
    `${remover?.id ?? ""}`,
    ({ things }) => remover !== undefined && some(things, kind, false).length > 0,
    async ({ things }, real) => {
      const { probe } = real;
      const thing = nth(some(things, kind, false), at, real);
      if (remover) await probe.prepare(await callOn(probe, remover, kind.parameter, thing.id));
      thing.gone = true;
    },
  );
}

/** Any operation on what is gone: it is absent. */
function useGone(kind: ThingKind, at: number, which: number): Step {
  return step(
    `use ${which} of a ${kind.parameter} that is gone`,
    ({ things }) => some(things, kind, true).length > 0,
    async ({ things }, real) =>
      expectAbsent(real.probe, kind, nth(some(things, kind, true), at, real), which, undefined),
  );
}

/** Any operation on what is another user's: it is absent. */
function ask(kind: ThingKind, at: number, which: number, credentials: Credentials): Step {
  return step(
    `use ${which} of a ${kind.parameter} by another user`,
    ({ things }) => some(things, kind, false).length > 0,
    async ({ things }, real) =>
      expectAbsent(real.probe, kind, nth(some(things, kind, false), at, real), which, credentials),
  );
}

async function expectAbsent(
  probe: Probe,
  kind: ThingKind,
  { id }: Thing,
  which: number,
  credentials: Credentials | undefined,
): Promise<void> {
  const users = operationsOn(probe.world, kind).filter((operation) => absenceOf(operation, kind.parameter));
  const operation = users[which % users.length];
  if (!operation) return;
  const call = await callOn(probe, operation, kind.parameter, id);
  const answer = await probe.call(credentials ? { ...call, credentials } : call);
  if (answer.status !== 404)
    fail(probe, operation, credentials ? "What is another user's is absent." : "What is gone is absent.", {
      expected: "status 404",
      found: `status ${answer.status}`,
    });
}

interface Log {
  readonly channel: Channel;
  readonly log: RestLog;
  readonly writer: Operation;
}

/** What is started behind a gate is followed on the channel behind that gate. */
function withLog({ log, channel }: Log, { things }: Model): Thing[] {
  return things.filter(
    ({ kind, gone }) => !gone && kind.parameter === log.parameter && kind.creator.gate === channel.gate,
  );
}

/** Writes into a log, and finds there all that was written, in its order. */
function write(of: Log, at: number): Step {
  return step(
    `${of.writer.id}`,
    (model) => withLog(of, model).length > 0,
    async (model, real) => {
      const { probe } = real;
      const thing = nth(withLog(of, model), at, real);
      const mark = marker();
      await appendOverRest(probe, of.log, of.writer, thing.id, mark);
      thing.marks.push(mark);
      const events = (await readLog(probe, of.log, thing.id)).map((event) => JSON.stringify(event));
      judgeMarks(probe, of.log.reader, thing, events);
    },
  );
}

/** Connects, and gets what was written, in its order: from the beginning, or after an event of the log. */
function follow(of: Log, at: number, after: number): Step {
  return step(
    `connect after event ${after}`,
    (model) => withLog(of, model).length > 0,
    async (model, real) => {
      const { probe } = real;
      const thing = nth(withLog(of, model), at, real);
      const stored = await readLog(probe, of.log, thing.id);
      const latest = Math.min(after, stored.length - 1);
      const query = of.channel.query.some(({ name }) => name === "latest_event_id")
        ? { latest_event_id: String(latest) }
        : {};
      const came: string[] = [];
      await connected(probe, of.channel, { path: { [of.log.parameter]: thing.id }, query }, async (session) => {
        await session.ping();
        came.push(...session.received.flatMap((received) => eventOf(received)?.json ?? []));
      });
      for (const event of stored.slice(latest + 1).map((one) => JSON.stringify(one)))
        if (!came.includes(event))
          fail(probe, of.log.reader, "A socket gives the events of the log.", {
            expected: event,
            found: "it did not come",
          });
    },
  );
}

function judgeMarks(probe: Probe, operation: Operation, { marks }: Thing, events: readonly string[]): void {
  const found = events.flatMap((event) => marks.filter((mark) => event.includes(mark)));
  // An answer to what was written may repeat it, so only the order in which each is first met is looked at.
  const order = [...new Set(found)];
  if (order.join() !== marks.join())
    fail(probe, operation, "The log holds what was written, in its order.", {
      expected: marks.join(", "),
      found: order.join(", ") || "nothing of it",
    });
}

function fail(probe: Probe, { node }: Operation, promise: string, what: Pick<Failure, "expected" | "found">): void {
  probe.fail({ promise, where: placeOf(node), ...what });
}
