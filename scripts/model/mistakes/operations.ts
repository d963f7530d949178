import * as z from "zod";
import type { NamedOperation, OperationDefinition } from "../../../contract/index.ts";
import { nameMistakes, pathMistakes, unfit } from "./checks.ts";
import { dayMistakes, successorMistakes } from "./deprecations.ts";

/** The mistakes in one operation; `all` are those that it may refer to. */
export function operationMistakes(named: NamedOperation, all: readonly NamedOperation[]): string[] {
  const { id, resource, name, operation } = named;
  const { definition, metadata } = operation;
  const where = `rest.${id}`;
  return [
    ...[resource, name].flatMap((part) => nameMistakes(where, part)),
    ...pathMistakes(where, definition.path, definition.params),
    ...lifecycleMistakes(named, all),
    ...bodyMistakes(where, definition),
    ...(definition.method === "GET" && metadata.scope === "write"
      ? [`${where}: GET has the scope write. Fix: choose another method for what changes something.`]
      : []),
    ...(metadata.optionalBody && !definition.body?.safeParse({}).success
      ? [
          `${where}: the body may be left out but {} does not fit it. Fix: make its fields optional, or drop optionalBody.`,
        ]
      : []),
    ...exampleMistakes(named),
    ...producesMistakes(where, metadata.produces ?? {}, definition.responses),
    ...namesMistakes(where, metadata.names ?? {}, definition.body),
  ];
}

function bodyMistakes(where: string, { method, body, upload, download, responses }: OperationDefinition): string[] {
  const mistakes: string[] = [];
  if (method === "GET" && (body || upload)) mistakes.push(`${where}: GET has a body. Fix: move it to the query.`);
  if (body && upload) mistakes.push(`${where}: the body is JSON and a form of files. Fix: drop body or upload.`);
  if (download && Object.keys(responses).length > 0) {
    mistakes.push(`${where}: the answer is JSON and a file. Fix: empty responses, or drop download.`);
  }
  if (download && !/^[\w. -]+$/.test(download.fileName)) {
    mistakes.push(
      `${where}: ${JSON.stringify(download.fileName)} would need quoting. Fix: use letters, digits, . - _.`,
    );
  }
  return mistakes;
}

function lifecycleMistakes(named: NamedOperation, all: readonly NamedOperation[]): string[] {
  const { id, operation } = named;
  const { definition, metadata } = operation;
  const gone = metadata.deprecation?.state === "gone";
  const instead = [definition.download, definition.redirect].filter((answer) => answer !== undefined);
  const answers = Object.keys(definition.responses).length + instead.length;
  const mistakes: string[] = [];
  if (gone && answers > 0) mistakes.push(`rest.${id}: a gone operation has a successful answer. Fix: empty responses.`);
  if (!gone && answers === 0) mistakes.push(`rest.${id}: there is no successful answer. Fix: add one to responses.`);
  if (metadata.deprecation) {
    mistakes.push(...dayMistakes(`rest.${id}`, metadata.deprecation));
    mistakes.push(...successorMistakes(named, metadata.deprecation, all));
  }
  if (definition.redirect && Object.keys(definition.responses).length > 0)
    mistakes.push(`rest.${id}: the answer is JSON and a redirect. Fix: empty responses, or drop redirect.`);
  return mistakes;
}

function exampleMistakes({ id, operation }: NamedOperation): string[] {
  const { definition, metadata } = operation;
  const { request = {}, response } = metadata.example;
  const [answer] = Object.values(definition.responses);
  const files = request.upload?.length ?? 0;
  const bodyLeftOut = metadata.optionalBody && request.body === undefined;
  return [
    ...unfit(`rest.${id}: the example's params`, definition.params, request.params ?? {}),
    ...unfit(`rest.${id}: the example's query`, definition.query, request.query ?? {}),
    ...(bodyLeftOut ? [] : unfit(`rest.${id}: the example's body`, definition.body, request.body)),
    ...(definition.upload && files === 0 ? [`rest.${id}: the example uploads nothing. Fix: add a file to it.`] : []),
    ...(!definition.upload && files > 0 ? [`rest.${id}: the example uploads files. Fix: declare upload.`] : []),
    ...unfit(`rest.${id}: the example's response`, answer, response),
  ];
}

function producesMistakes(
  where: string,
  produces: Readonly<Record<string, string>>,
  responses: Readonly<Record<number, z.ZodType>>,
): string[] {
  const fields = Object.values(responses).flatMap(fieldsOf);
  return Object.values(produces)
    .filter((field) => !fields.includes(field))
    .map(
      (field) =>
        `${where}: produces names the field ${field}, which the answer does not have. Fix: name one of ${fields.join(", ")}.`,
    );
}

function namesMistakes(where: string, names: Readonly<Record<string, string>>, body: z.ZodType | undefined): string[] {
  const fields = fieldsOf(body);
  return Object.values(names)
    .filter((field) => !fields.includes(field))
    .map(
      (field) =>
        `${where}: names speaks of the field ${field}, which the body does not have. Fix: name one of ${fields.join(", ")}.`,
    );
}

function fieldsOf(schema: z.ZodType | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
