import type { Model, OperationModel } from "../model/model.ts";
import { jsDoc, propertyName, sourceHeader } from "./source.ts";

/** `generated/server/handlers.ts`: the functions that a server has to supply, by resource. */
export function emitServerHandlers(model: Model): string {
  const served = model.operations.filter(({ operation }) => operation.metadata.deprecation?.state !== "gone");
  const resources = [...Map.groupBy(served, ({ resource }) => resource)];
  return [
    sourceHeader("server.ts", "contract/rest/*.ts"),
    `import type { Handler, contract } from "../../contract/index.ts";\n`,
    ...resources.map(([resource, operations]) => resourceHandlers(resource, operations)),
    jsDoc([
      "Every handler. A gone operation has none: the router answers it.",
      "`Context` is what the server tells a handler about the request; `Raw` is its type of a body that is JSON text already.",
    ]),
    `export interface Handlers<Context, Raw> {\n${resources.map(([resource]) => `  ${propertyName(resource)}: ${typeName(resource)}<Context, Raw>;\n`).join("")}}\n`,
  ].join("\n");
}

function resourceHandlers(resource: string, operations: readonly OperationModel[]): string {
  const members = operations.map(
    ({ name, operation, template }) =>
      `${jsDoc([`${operation.metadata.summary}: \`${operation.method} ${template}\``], "  ")}  ${propertyName(name)}: Handler<typeof contract.${resource}.${name}, Context, Raw>;\n`,
  );
  return `${jsDoc([`The handlers of \`contract.${resource}\`.`])}export interface ${typeName(resource)}<Context, Raw> {\n${members.join("")}}\n`;
}

function typeName(resource: string): string {
  return `${resource[0]?.toUpperCase()}${resource.slice(1)}Handlers`;
}

/** `generated/server/operations.ts`: the table of operations that the router walks. */
export function emitServerOperations(model: Model): string {
  return [
    sourceHeader("server.ts", "contract/rest/*.ts"),
    jsDoc(["Every operation: its address in the contract, its method and its path."]),
    `export const operations = [\n${model.operations.map(tableRow).join("")}] as const;\n`,
    jsDoc(["A row of the table."]),
    `export type OperationRow = (typeof operations)[number];\n`,
  ].join("\n");
}

function tableRow({ id, resource, name, operation, responses, download, redirect }: OperationModel): string {
  const { security, rateLimit, gate, deprecation } = operation.metadata;
  const row = {
    id,
    resource,
    name,
    method: operation.method,
    path: operation.path,
    security,
    rateLimit,
    gate: gate ?? null,
    lifecycle: deprecation?.state ?? "live",
    status: download ? 200 : redirect ? 302 : (responses[0]?.status ?? null),
  };
  return `  ${JSON.stringify(row)},\n`;
}
