import type { Channel, CloseCode, Message, SecurityScheme } from "./messages.ts";
import { goneCode, isGood } from "./operations.ts";
import type { Operation, ResponsePromise } from "./operations.ts";

/** Which gates of the server are on, as `--v1 on|off` and `--oidc on|off` say. */
export interface Gates {
  readonly v1: boolean;
  readonly oidc: boolean;
}

/** An answer that the document declares: an operation, a status and, for an error, a code. */
export interface AnswerUnit {
  readonly kind: "answer";
  /** `rest/conversations.get/404-conversation_not_found`. */
  readonly name: string;
  readonly operation: Operation;
  readonly response: ResponsePromise;
  readonly code: string | undefined;
  /** The media type to ask for; undefined for the document's first. */
  readonly accept: string | undefined;
}

/** A message of a channel, in either direction. `socket/events/user_action`. */
export interface MessageUnit {
  readonly kind: "message";
  readonly name: string;
  readonly channel: Channel;
  readonly message: Message;
}

/** A code with which a message can be refused. `socket/events/user_action/error-validation_failed`. */
export interface RefusalUnit {
  readonly kind: "refusal";
  readonly name: string;
  readonly channel: Channel;
  readonly message: Message;
  readonly code: string;
}

/** A close code. `socket/events/close-4404`. */
export interface CloseUnit {
  readonly kind: "close";
  readonly name: string;
  readonly channel: Channel;
  readonly close: CloseCode;
}

/** A way to authenticate on a channel. `socket/events/security-sessionCookie`. */
export interface SecurityUnit {
  readonly kind: "security";
  readonly name: string;
  readonly channel: Channel;
  readonly scheme: SecurityScheme;
}

/** One thing that the documents declare and that a case must therefore show. */
export type Unit = AnswerUnit | MessageUnit | RefusalUnit | CloseUnit | SecurityUnit;

/** The code of an operation that is behind a closed gate. */
export const closedGateCode = "route_not_found";

/** Everything that both documents declare and that can be met with these gates. */
export function unitsOf(operations: readonly Operation[], channels: readonly Channel[], gates: Gates): Unit[] {
  return [
    ...operations.flatMap((operation) => answersOf(operation, gates)),
    ...channels.filter(({ gate }) => isOpen(gate, gates)).flatMap(channelUnits),
  ];
}

/** Whether something with this `x-gate` exists. A gate of another name is on: this runner knows nothing of it. */
export function isOpen(gate: string | undefined, gates: Gates): boolean {
  return gate === "v1" || gate === "oidc" ? gates[gate] : true;
}

/** Behind a closed gate the only answer is "no such operation"; in front of it, that is the one answer that cannot be. */
function answersOf(operation: Operation, gates: Gates): AnswerUnit[] {
  const all = operation.responses.flatMap((response) => answerUnits(operation, response)).filter(isOnThisSide);
  if (operation.gate === undefined) return all;
  const open = isOpen(operation.gate, gates);
  return all.filter(({ code }) => (code === closedGateCode) !== open);
}

/** Until its sunset an operation works; from then on it is gone, and only who may ask at all, and how often, is asked. */
function isOnThisSide({ operation, response, code }: AnswerUnit): boolean {
  if (operation.deprecation?.state !== "gone") return code !== goneCode;
  return code === goneCode || response.status === 429 || response.status >= 500;
}

function answerUnits(operation: Operation, response: ResponsePromise): AnswerUnit[] {
  const base = `rest/${operation.id}/${response.status}`;
  const unit = (name: string, code?: string, accept?: string): AnswerUnit => ({
    kind: "answer",
    name,
    operation,
    response,
    code,
    accept,
  });
  if (response.codes.length > 0) return response.codes.map((code) => unit(`${base}-${code}`, code));
  const others = isGood(response.status) ? response.media.slice(1) : [];
  return [unit(base), ...others.map(({ name }) => unit(`${base}-as-${name.replace("/", ".")}`, undefined, name))];
}

function channelUnits(channel: Channel): Unit[] {
  const base = `socket/${channel.name}`;
  const live = channel.messages.filter((message) => isMet(channel, message));
  return [
    ...live.map((message) => ({ kind: "message", name: `${base}/${message.name}`, channel, message }) as const),
    ...channel.messages.flatMap((message) =>
      message.errors
        .filter((code) => (code === goneCode) === isGone(message))
        .map(
          (code) =>
            ({ kind: "refusal", name: `${base}/${message.name}/error-${code}`, channel, message, code }) as const,
        ),
    ),
    ...channel.closeCodes.map(
      (close) => ({ kind: "close", name: `${base}/close-${close.code}`, channel, close }) as const,
    ),
    ...channel.security.map(
      (scheme) => ({ kind: "security", name: `${base}/security-${scheme.name}`, channel, scheme }) as const,
    ),
  ];
}

/** Whether a message is taken, or sent: one that is gone is refused, and one that only answers such messages never comes. */
function isMet(channel: Channel, message: Message): boolean {
  const asked = channel.messages.filter(({ replies }) => replies.includes(message.name));
  return !isGone(message) && (asked.length === 0 || !asked.every(isGone));
}

function isGone({ deprecation }: Message): boolean {
  return deprecation?.state === "gone";
}
