// The compose file and the Kubernetes example: what can be known of them without an engine.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { environmentVariables, readConfig } from "../../server/config.ts";
import { operations } from "../../generated/server/operations.ts";

const root = join(import.meta.dirname, "../..");
const kubernetes = join(root, "deploy/kubernetes");

// Tests look at whatever the files say, so they have no type.
// oxlint-disable-next-line typescript/no-explicit-any
type Yaml = any;

const read = async (path: string): Promise<Yaml> => parse(await readFile(path, "utf8"));
const compose = await read(join(root, "compose.yaml"));
const files = (await readdir(kubernetes)).filter((name) => name !== "kustomization.yaml").toSorted();
const resources: Yaml[] = await Promise.all(files.map((name) => read(join(kubernetes, name))));
const resource = (kind: string): Yaml => resources.find((each) => each.kind === kind);

const generated: Record<string, string> = {
  POSTGRES_PASSWORD: randomBytes(24).toString("hex"),
  SECRET_KEY: randomBytes(32).toString("hex"),
};

/** As the compose specification replaces `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function interpolated(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, sign: string, rest: string) => {
    const value = environment[name] ?? "";
    if (value === "" && sign === "?") throw new Error(`${name} is missing: ${rest}`);
    return value === "" ? (rest ?? "") : value;
  });
}

function assertKnown(environment: Readonly<Record<string, string>>): void {
  const known = new Set(environmentVariables.map(({ name }) => name));
  for (const name of Object.keys(environment)) assert.ok(known.has(name), `${name} is a variable of the server`);
}

function secondsOf(text: string): number {
  assert.match(text, /^\d+s$/);
  return Number.parseInt(text, 10);
}

test("compose: the server gets variables that it knows, with values that it takes", () => {
  const entries = Object.entries(compose.services.server.environment as Record<string, string>);
  const environment = Object.fromEntries(entries.map(([name, text]) => [name, interpolated(text, generated)]));
  assertKnown(environment);
  const config = readConfig(environment);
  const stops = config.SHUTDOWN_DRAIN_SECONDS + config.SHUTDOWN_GRACE_SECONDS;
  assert.ok(secondsOf(compose.services.server.stop_grace_period) > stops, "killed only after it has had its time");
});

test("compose: no password has a default, and none is written down", async () => {
  const text = await readFile(join(root, "compose.yaml"), "utf8");
  for (const name of Object.keys(generated)) {
    const { [name]: _, ...others } = generated;
    assert.throws(() => interpolated(text, others), new RegExp(`${name} is missing: set it to`));
    assert.ok(!text.includes(`\${${name}:-`));
  }
});

test("compose: what is waited for says when it is healthy, and every volume is declared", () => {
  for (const [name, { condition }] of Object.entries<Yaml>(compose.services.server.depends_on)) {
    assert.equal(condition, "service_healthy");
    assert.ok(compose.services[name].healthcheck.test.length > 1, name);
  }
  for (const { volumes } of Object.values<Yaml>(compose.services))
    for (const volume of volumes ?? []) assert.ok(volume.split(":")[0] in compose.volumes, volume);
});

test("Kubernetes: every file is listed, and what refers to something finds it", async () => {
  const { resources: listed } = await read(join(kubernetes, "kustomization.yaml"));
  assert.deepEqual((listed as string[]).toSorted(), files);
  const { metadata, spec } = resource("Deployment");
  const pod = spec.template.spec;
  const [container] = pod.containers;
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
  assert.deepEqual(resource("Service").spec.selector, spec.template.metadata.labels);
  const [port] = container.ports;
  assert.equal(resource("Service").spec.ports[0].targetPort, port.name);
  assert.equal(String(port.containerPort), /\bPORT=(\d+)/.exec(await readFile(join(root, "Dockerfile"), "utf8"))?.[1]);
  assert.equal(pod.volumes[0].persistentVolumeClaim.claimName, resource("PersistentVolumeClaim").metadata.name);
  assert.equal(container.volumeMounts[0].name, pod.volumes[0].name);
  const [map, secret] = container.envFrom;
  assert.equal(map.configMapRef.name, resource("ConfigMap").metadata.name);
  assert.equal(secret.secretRef.name, metadata.name);
});

test("Kubernetes: the server knows its variables, and has the time that they say", () => {
  const { data } = resource("ConfigMap");
  assertKnown(data);
  const config = readConfig(data);
  const stops = config.SHUTDOWN_DRAIN_SECONDS + config.SHUTDOWN_GRACE_SECONDS;
  const { terminationGracePeriodSeconds, containers } = resource("Deployment").spec.template.spec;
  assert.ok(terminationGracePeriodSeconds > stops);
  const { periodSeconds, failureThreshold } = containers[0].readinessProbe;
  assert.ok(config.SHUTDOWN_DRAIN_SECONDS > periodSeconds * failureThreshold, "the drain outlasts the probe");
});

test("Kubernetes: every probe asks an operation that needs no key and has no limit", () => {
  const [container] = resource("Deployment").spec.template.spec.containers;
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    const { path } = container[probe].httpGet;
    const operation = operations.find((each) => each.path === path);
    assert.deepEqual([operation?.security, operation?.rateLimit], ["none", "exempt"], probe);
  }
});
