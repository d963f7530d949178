import { isObject } from "../../conformance/json.ts";
import type { Context, Sides } from "../context.ts";
import { at, objectAt, rootOf } from "../place.ts";
import type { Place } from "../place.ts";
import { compareCredentials, credentialOf } from "../security.ts";
import type { Way } from "../security.ts";

/** The ways to authenticate of one operation: its own, or those of the document. */
export function compareOperationSecurity(context: Context, sides: Sides, name: string): void {
  compareCredentials(context, sides, waysOf(sides.old), waysOf(sides.new), `${name}: security`);
}

/** No requirement at all is one way: none needed. */
function waysOf(operation: Place): Way[] {
  const stated = objectAt(operation)["security"] ?? objectAt(rootOf(operation.document))["security"];
  const ways = (Array.isArray(stated) ? stated : []).filter(isObject);
  if (ways.length === 0) return [{ name: "no credentials", credentials: [] }];
  return ways.map((way) => ({
    name: Object.keys(way).join(" and ") || "no credentials",
    credentials: Object.entries(way).map(([name, scopes]) => {
      const scheme = at(rootOf(operation.document), "components", "securitySchemes", name);
      return credentialOf(name, scheme, Array.isArray(scopes) ? scopes.map(String) : []);
    }),
  }));
}
