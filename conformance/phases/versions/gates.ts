import { headersOf, ownCredentials } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import type { DocumentNode } from "../../documents.ts";
import { isObject, textOf } from "../../json.ts";
import type { Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { closedGateCode, isOpen } from "../../units.ts";
import { urlOf } from "../../world.ts";
import type { World } from "../../world.ts";

/** A gate with a version in its name, and the part of the paths behind it that names the version: `/api/v1`. */
interface VersionGate {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** Everything up to the version: `/api`. */
  readonly root: string;
  /** `v1`. */
  readonly version: string;
}

/**
 * What is behind a version's gate is there under the documented prefix and nowhere else, and nothing else is there. What
 * a closed gate hides is the matter of the routes.
 */
export function gateCases(world: World): Case[] {
  return versionGates(world).flatMap((gate) => [
    ...gate.operations.map((operation) => ({
      name: `versions/${operation.id}/other-prefixes`,
      run: (probe: Probe) => shutElsewhere(probe, gate, operation),
    })),
    { name: `versions/${gate.name}/nothing-undocumented`, run: (probe: Probe) => nothingElse(probe, gate) },
  ]);
}

/** `/api/v0`, `/api/v2`, `/api/V1`, `/api/v01`, `/api/v1/v1`, …: what looks like the prefix and is not. */
export function otherPrefixes(root: string, version: string): string[] {
  const number = Number(/\d+/.exec(version)?.[0] ?? 1);
  const letters = version.replace(/\d+$/, "");
  return [
    `${root}/${letters}${number - 1}`,
    `${root}/${letters}${number + 1}`,
    `${root}/${version.toUpperCase()}`,
    `${root}/${letters}0${number}`,
    `${root}/${version}.0`,
    `${root}/${version}/${version}`,
    `${root}/${letters}`,
    `${root}/${number}`,
    `/${version}`,
    `/${version}${root}`,
    root,
  ];
}

/** The gates whose operations have a version in the same place of their paths. */
function versionGates(world: World): VersionGate[] {
  const gated = world.operations.values().filter(({ gate }) => gate !== undefined);
  return [...Map.groupBy(gated, ({ gate }) => gate ?? "")].flatMap(([name, operations]) => {
    const [, root, version] = /^(.*?)\/(v\d+)\//.exec(operations[0]?.path ?? "") ?? [];
    if (root === undefined || version === undefined) return [];
    return operations.every(({ path }) => path.startsWith(`${root}/${version}/`))
      ? [{ name, operations, root, version }]
      : [];
  });
}

async function shutElsewhere(probe: Probe, { root, version }: VersionGate, operation: Operation): Promise<void> {
  const rest = operation.path.slice(`${root}/${version}`.length);
  for (const prefix of otherPrefixes(root, version))
    await expectShut(probe, operation.method, prefix + rest, operation.node, `Under ${prefix} nothing is served.`);
}

/** Every other path of the document, and a few that look as if they led somewhere, moved under the prefix. */
async function nothingElse(probe: Probe, { root, version, operations }: VersionGate): Promise<void> {
  const prefix = `${root}/${version}`;
  const others = probe.world.operations.values().filter(({ path }) => !path.startsWith(`${prefix}/`));
  const moved = others.map(({ path }) =>
    path.startsWith(`${root}/`) ? prefix + path.slice(root.length) : prefix + path,
  );
  const invented = ["", "/", "/there-is-no-such-operation", "/openapi.yaml", "/docs", ...parentsOf(operations, prefix)];
  const [first] = operations;
  if (!first) return;
  for (const path of new Set([...moved, ...invented.map((rest) => prefix + rest)]))
    await expectShut(probe, "GET", path, first.node, `Behind the gate is what the document lists, and nothing else.`);
}

/** `/users` of `/users/me`: the paths on the way to an operation. */
function parentsOf(operations: readonly Operation[], prefix: string): string[] {
  return operations.flatMap(({ path }) => {
    const parts = path.slice(prefix.length).split("/").slice(1);
    return parts.slice(1).map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
  });
}

/** There is no operation there, unless the document says that there is one. */
async function expectShut(
  probe: Probe,
  method: string,
  template: string,
  node: DocumentNode,
  promise: string,
): Promise<void> {
  const { world } = probe;
  if (isDocumented(world, template)) return;
  const path = template.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(exampleOf(world, name)));
  const answer = await probe.send({ method, url: urlOf(world, path), headers: headersOf(ownCredentials(world)) });
  if (answer.status === 404 && codeIn(answer) === closedGateCode) return;
  probe.fail({
    promise,
    where: placeOf(node),
    expected: `404 with code ${closedGateCode}`,
    found: `${answer.status} with ${codeIn(answer) ?? "no code"} for ${method} ${path}`,
  });
}

function codeIn({ json }: Answer): string | undefined {
  const code = isObject(json) ? json["code"] : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether a path of the document, with its gate open, is this one: a parameter may stand for any part, and one for the whole rest. */
export function isDocumented(world: World, path: string): boolean {
  return world.operations
    .values()
    .filter(({ gate }) => isOpen(gate, world.gates))
    .some((operation) => {
      const pattern = operation.path.split(/\{[^}]+\}/).map((part) => RegExp.escape(part));
      return new RegExp(`^${pattern.join("[^/]+")}${operation.pathTail ? "(/.*)?" : ""}$`).test(path);
    });
}

function exampleOf(world: World, name: string): string {
  const parameters = world.operations.values().flatMap((operation) => operation.parameters);
  const parameter = parameters.find((candidate) => candidate.name === name && candidate.in === "path");
  return textOf(parameter?.example ?? parameter?.schemaExample ?? "example");
}
