import type { Calls, ErrorCodes, V1Calls } from "../generated/client/operations.ts";

/** An operation by its `operationId` in `openapi.yaml`: `"conversations.get"`. */
export type OperationName = {
  [Resource in keyof ErrorCodes]: `${Resource}.${keyof ErrorCodes[Resource] & string}`;
}[keyof ErrorCodes];

/** Of both versions. */
type AllCalls = Calls<never> & V1Calls<never>;

/** What an operation takes: its path and query parameters by name, its body under `body`. */
export type RequestOf<Name extends OperationName> =
  MemberOf<AllCalls, Name> extends (request: infer Request) => unknown ? NonNullable<Request> : never;

/** What an operation answers with when it succeeds. */
export type ResponseOf<Name extends OperationName> =
  MemberOf<AllCalls, Name> extends (request: never) => Promise<infer Response> ? Response : never;

/** The codes with which an operation fails: `ErrorCodeOf<"conversations.get">`. */
export type ErrorCodeOf<Name extends OperationName> = MemberOf<ErrorCodes, Name>;

/** Every code with which some operation fails. */
export type ErrorCode = ErrorCodeOf<OperationName>;

/** A string that a newer server may send in place of a known one. Keeps the known ones in the editor's suggestions. */
export type Unlisted = string & Record<never, never>;

/** What a table of resources and operations has under a name with a dot. */
type MemberOf<
  Table,
  Name extends OperationName,
> = Name extends `${infer Resource extends keyof Table & string}.${infer Key}`
  ? Table[Resource][Key & keyof Table[Resource]]
  : never;
