import { headersOf, ownCredentials } from "../calls.ts";
import type { Credentials } from "../calls.ts";
import { sightClose, sightMessage } from "../cover/sightings.ts";
import { placeOf } from "../documents.ts";
import { parseJson } from "../json.ts";
import type { Channel } from "../messages.ts";
import { cut, remaining } from "../probe.ts";
import type { Probe } from "../probe.ts";
import { conversationFor } from "../v1-conversations.ts";
import { urlOf } from "../world.ts";
import type { World } from "../world.ts";
import { AbsenceError, HandshakeError, describe, openConnection } from "./connection.ts";
import type { Close, Connection, Frame } from "./connection.ts";
import { judgeFrame } from "./frames.ts";
import type { Received } from "./frames.ts";
import { checkSequence, fullState, seam } from "./sequence.ts";

/** How a case connects; whatever is left out is as an ordinary client would have it. */
export interface ConnectOptions {
  /** Path parameters; a shared conversation that runs when left out. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
}

/** A connection of a case: what comes is judged as it comes. */
export interface Session {
  readonly received: readonly Received[];
  /** The first message from the `start`th on that `test` accepts. */
  waitFor(what: string, test: (message: Received) => boolean, start?: number): Promise<Received>;
  send(data: string | Buffer): Promise<void>;
  ping(): Promise<void>;
  waitForClose(): Promise<Close>;
}

/** The last event that a client already has, when it has none. */
export const noEvents = -1;

/**
 * Connects, waits for the end of the replay, or for the state where the past is not asked for, lets the case do its part, closes, and judges the order of all that came.
 */
export async function connected(
  probe: Probe,
  channel: Channel,
  options: ConnectOptions,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  const live = await connect(probe, channel, options);
  try {
    const opening = [seam, fullState].find((expected) => channel.messages.some(({ name }) => name === expected));
    if (opening !== undefined)
      await live.waitFor(opening, ({ message }) => message.name === opening).catch(unlessAbsent);
    await body(live);
  } finally {
    await live.connection.close();
    const after = Number(options.query?.["latest_event_id"] ?? noEvents);
    const filtered = options.query?.["types"] !== undefined;
    for (const failure of checkSequence(channel, live.received, after, filtered)) probe.fail(failure);
  }
}

/** Connects where the server is to refuse, or to close on what `body` sends, and checks the close code. */
export async function expectClose(
  probe: Probe,
  channel: Channel,
  options: ConnectOptions,
  code: number,
  where: string,
  body: (session: Session) => Promise<void> = async () => {},
): Promise<void> {
  const live = await connect(probe, channel, options);
  try {
    await body(live);
    const close = await live.waitForClose();
    if (close.code !== code)
      probe.fail({
        promise: `The server closes with ${code}.`,
        where,
        expected: `close ${code}`,
        found: `close ${describe(close)}`,
      });
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    probe.fail({ promise: `The server closes with ${code}.`, where, expected: `close ${code}`, found: error.message });
  } finally {
    await live.connection.close();
  }
}

/** How the server ends a connection that it does not let in, and what it sends before. */
export async function closeOf(probe: Probe, channel: Channel, options: ConnectOptions): Promise<string> {
  const live = await connect(probe, channel, options);
  try {
    const close = describe(await live.waitForClose());
    return [...live.received.map(({ payload }) => JSON.stringify(payload)), `close ${close}`].join("\n");
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    return `an open connection, and ${live.received.length} messages`;
  } finally {
    await live.connection.close();
  }
}

/** A session whose connection is the caller's to close. */
export interface Live extends Session {
  readonly connection: Connection;
}

/** Connects, and judges every frame as it comes. */
export async function connect(probe: Probe, channel: Channel, options: ConnectOptions): Promise<Live> {
  const { world } = probe;
  const url = await socketUrl(probe, channel, options);
  const headers = headersOf(options.credentials ?? ownCredentials(world));
  const trace = startTrace(probe, url, headers);
  const received: Received[] = [];
  const batch = options.query?.["batch"] === "true";

  const onFrame = (frame: Frame): void => {
    trace(frame.binary ? "← binary frame" : `← ${cut(frame.text, 500)}`);
    const judged = judgeFrame(channel, frame, world.asyncapi.validator, batch);
    received.push(...judged.received);
    for (const { message, payload } of judged.received) sightMessage(world.sightings, channel, message, payload);
    for (const failure of judged.failures) probe.fail(failure);
  };

  const timeoutMs = Math.min(world.limits.frameMs, remaining(world));
  const connection = await openConnection(url, headers, timeoutMs, onFrame).catch((error: unknown) => {
    if (error instanceof HandshakeError)
      probe.fail({
        promise: "A refusal completes the handshake first, so that a browser can read the close code.",
        where: placeOf(channel.node),
        expected: "status 101, then a close code",
        found: error.message,
      });
    throw error;
  });
  return {
    connection,
    received,
    waitFor(what, test, start = 0) {
      let next = start;
      return connection.waitFor(what, () => {
        for (const message of received.slice(next)) {
          next += 1;
          if (test(message)) return message;
        }
        return undefined;
      });
    },
    async send(data) {
      sightSent(world, channel, data);
      trace(typeof data === "string" ? `→ ${cut(data, 500)}` : `→ binary frame of ${data.length} bytes`);
      await connection.send(data);
    },
    ping: () => connection.ping(),
    async waitForClose() {
      const close = await connection.waitForClose();
      trace(`← close ${describe(close)}`);
      sightClose(world.sightings, channel, close.code);
      return close;
    },
  };
}

/** Takes note of the message that a frame is; of none, when it is a bad one. */
function sightSent(world: World, channel: Channel, data: string | Buffer): void {
  const payload = typeof data === "string" ? parseJson(data) : undefined;
  if (payload === undefined) return;
  const { validator } = world.asyncapi;
  for (const message of channel.messages)
    if (message.direction === "to-server" && validator.mismatches(message.payload, payload).length === 0)
      sightMessage(world.sightings, channel, message, payload);
}

async function socketUrl(probe: Probe, channel: Channel, options: ConnectOptions): Promise<URL> {
  let path = channel.address;
  for (const name of channel.parameters)
    path = path.replace(
      `{${name}}`,
      encodeURIComponent(options.path?.[name] ?? (await conversationFor(probe, channel, name))),
    );
  const url = urlOf(probe.world, path);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
  return url;
}

/** Most lines of a connection that a report keeps. */
const longestTrace = 60;

/** Begins the record of a connection; the function it gives adds a line. */
function startTrace(probe: Probe, url: URL, headers: Readonly<Record<string, string>>): (line: string) => void {
  const mask = (text: string): string => probe.world.secrets.mask(text);
  const received: string[] = [];
  const lines = Object.entries(headers).map(([name, value]) => mask(`${name}: ${value}`));
  const options = lines.map((line) => `-H ${JSON.stringify(line)}`);
  probe.exchanges.push({
    sent: [`CONNECT ${mask(url.href)}`, ...lines],
    received,
    repeat: ["npx wscat -c", JSON.stringify(mask(url.href)), ...options].join(" "),
  });
  return (line) => {
    if (received.length < longestTrace) received.push(mask(line));
    else if (received.length === longestTrace) received.push("…");
  };
}

/** That `replay_complete` never came is told by the order of the frames, and the case may still show something. */
function unlessAbsent(error: unknown): void {
  if (!(error instanceof AbsenceError)) throw error;
}
