import { randomBytes } from "node:crypto";
import { contract, operationsOf } from "../../contract/index.ts";
import type { NamedOperation } from "../../contract/index.ts";

/** A request that the contract gives as an example. */
export interface ExampleRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** JSON text, or a form with files; undefined where there is none. */
  readonly body: string | FormData | undefined;
}

/** Sends a request for somebody who may do so. @returns the JSON of the answer, which must be a success */
type Send = (request: ExampleRequest) => Promise<Record<string, unknown>>;

type Values = Readonly<Record<string, string>>;

const all = operationsOf(contract);

/** The example request of an operation. @param values of its path's parameters; the example's own where left out */
export function exampleRequest({ operation }: NamedOperation, values: Values = {}): ExampleRequest {
  const { request = {} } = operation.metadata.example;
  const params: Values = { ...request.params, ...values };
  const path = operation.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const query = new URLSearchParams(request.query).toString();
  return {
    method: operation.method,
    path: query === "" ? path : `${path}?${query}`,
    body: request.body === undefined ? formOf(operation) : JSON.stringify(request.body),
  };
}

function formOf({ definition, metadata }: NamedOperation["operation"]): FormData | undefined {
  const { upload } = definition;
  if (!upload) return undefined;
  const form = new FormData();
  for (const { name, content } of metadata.example.request?.upload ?? [])
    form.append(upload.field, new Blob([content]), name);
  return form;
}

/** The names of a path's parameters: `/a/:id` has `id`. */
function parametersOf(path: string): string[] {
  return [...path.matchAll(/:([a-z_]+)/g)].map(([, name = ""]) => name);
}

/**
 * Values for the parameters of a path, each of something that is made by the operation that the contract names as its
 * maker; of a parameter without one, nothing.
 */
export async function makeValues(path: string, send: Send): Promise<Values> {
  const values: Record<string, string> = {};
  for (const parameter of parametersOf(path)) {
    const maker = makerOf(parameter);
    if (maker) values[parameter] = await make(maker, parameter, send);
  }
  return values;
}

/** Whether a path names something that somebody makes, and that is therefore somebody's. */
export function isOwned(path: string): boolean {
  return parametersOf(path).some((parameter) => makerOf(parameter) !== undefined);
}

/** Values of the same form, of nothing that there is. */
export function absentValues(values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => [name, absent(value)]);
  return Object.fromEntries(entries);
}

function makerOf(parameter: string): NamedOperation | undefined {
  return all.find(({ operation: { path, metadata } }) => {
    const given = { ...metadata.produces, ...metadata.names };
    return given[parameter] !== undefined && !parametersOf(path).includes(parameter);
  });
}

async function make(maker: NamedOperation, parameter: string, send: Send): Promise<string> {
  const { produces = {}, names = {} } = maker.operation.metadata;
  const request = exampleRequest(maker, await makeValues(maker.operation.path, send));
  const field = names[parameter];
  if (field === undefined) return String((await send(request))[produces[parameter] ?? ""]);
  const body: Record<string, unknown> = JSON.parse(typeof request.body === "string" ? request.body : "{}");
  const name = `${String(body[field])}_${randomBytes(8).toString("hex")}`;
  await send({ ...request, body: JSON.stringify({ ...body, [field]: name }) });
  return name;
}

function absent(value: string): string {
  const digits = randomBytes(value.length).toString("hex");
  return value.replaceAll(/[0-9a-f]/g, (digit, index: number) => (/\d/.test(digit) ? "0" : (digits[index] ?? "a")));
}
