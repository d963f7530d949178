import { compareComponents } from "../components.ts";
import { compareRest } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { absent, at, membersOf, objectAt, rootOf, textAt } from "../place.ts";
import type { ApiDocument, Place } from "../place.ts";
import { compareCredentials, credentialOf } from "../security.ts";
import type { Way } from "../security.ts";
import { compareServers } from "../servers.ts";
import { compareChannels } from "./channels.ts";

/** Every change of an AsyncAPI 3.0 document that takes the server's view: `send` is what the server sends. */
export function compareAsyncApi(context: Context, old: ApiDocument, next: ApiDocument): void {
  const sides = { old: rootOf(old), new: rootOf(next) };
  compareChannels(context, sides);
  compareServers(context, sides, serversOf);
  for (const [address, server] of serversOf(sides.old)) {
    const other = serversOf(sides.new).get(address);
    if (other)
      compareCredentials(context, { old: server, new: other }, waysOf(server), waysOf(other), `server ${address}`);
  }
  compareComponents(context, sides);
  compareDocument(context, sides);
}

function serversOf(root: Place): Map<string, Place> {
  const servers = [...membersOf(at(root, "servers")).values()];
  return new Map(
    servers.map((server) => [
      `${textAt(server, "protocol") ?? ""}://${textAt(server, "host") ?? ""}${textAt(server, "pathname") ?? ""}`,
      server,
    ]),
  );
}

/** Each scheme of the list is a way of its own. */
function waysOf(server: Place): Way[] {
  const ways = [...membersOf(at(server, "security")).values()].map((scheme) => {
    const name = scheme.pointer.slice(scheme.pointer.lastIndexOf("/") + 1);
    const scopes = objectAt(scheme)["scopes"];
    return { name, credentials: [credentialOf(name, scheme, Array.isArray(scopes) ? scopes.map(String) : [])] };
  });
  return ways.length > 0 ? ways : [{ name: "no credentials", credentials: [] }];
}

function compareDocument(context: Context, sides: Sides): void {
  const handled = ["asyncapi", "info", "servers", "channels", "operations", "components", "defaultContentType"];
  compareRest(context, sides, handled);
  for (const keyword of ["asyncapi", "info"]) {
    const [old, next] = [
      at(sides.old, keyword) ?? absent(sides.old, null),
      at(sides.new, keyword) ?? absent(sides.new, null),
    ];
    if (JSON.stringify(old.value) === JSON.stringify(next.value)) continue;
    const values = { before: old.value, after: next.value };
    context.recorder.add({
      rule: "documentation-changed",
      old,
      new: next,
      ...values,
      what: `\`${keyword}\` is changed.`,
    });
  }
}
