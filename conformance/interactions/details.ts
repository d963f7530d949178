import { isObject, partsOf } from "../json.ts";
import type { Failure } from "../results.ts";
import type { Mismatch } from "../schemas.ts";
import { dependsAt } from "../values/depends.ts";
import type { Misfit } from "./interaction.ts";

/** Whether a refusal's `details` name at least one of the parts that do not fit. */
export function detailsFailures(details: unknown, misfits: readonly Misfit[]): Failure[] {
  const named = Array.isArray(details) ? details.filter(isObject) : [];
  const isNamed = misfits.some((misfit) =>
    named.some(
      ({ in: place, path }) =>
        place === misfit.part.place && typeof path === "string" && namesOneOf(path, placesOf(misfit)),
    ),
  );
  if (isNamed) return [];
  const [misfit] = misfits;
  return [
    {
      promise: "A refusal names the part that does not fit, in `details`.",
      where: misfit && `${misfit.part.schema.document.kind}.yaml#${misfit.mismatches[0]?.pointer ?? ""}`,
      expected: misfit ? `in ${misfit.part.place}: ${placesOf(misfit).join(" or ")}` : "the part",
      found: details === undefined ? "no details" : JSON.stringify(details).slice(0, 500),
    },
  ];
}

/**
 * Whether all that a refusal names are places of which the document says that what fits may be refused there
 * (`x-depends-on`).
 */
export function areDependent(details: unknown, parts: readonly Misfit["part"][]): boolean {
  const named = Array.isArray(details) ? details.filter(isObject) : [];
  return (
    named.length > 0 &&
    named.every(({ in: place, path }) => {
      if (typeof path !== "string") return false;
      const names = path === "" ? [] : path.split(".");
      return parts.some((part) => {
        if (part.place !== place || (part.key !== "" && part.key !== names[0])) return false;
        const { value, document } = part.schema;
        return dependsAt(value, document.root, part.key === "" ? names : names.slice(1));
      });
    })
  );
}

/** The places of a misfit as `details` write them: names joined with dots. */
function placesOf({ part, mismatches }: Misfit): string[] {
  return [...new Set(mismatches.map((mismatch) => placeOf(part, mismatch)))];
}

function placeOf({ key }: Misfit["part"], { at, property }: Mismatch): string {
  return [...(key === "" ? [] : [key]), ...partsOf(at), ...(property === undefined ? [] : [property])].join(".");
}

/**
 * Whether a path names one of the places, or one that they are in or that is in them: of alternatives, a server may name
 * the whole, or what is wrong with the one that is nearest.
 */
function namesOneOf(path: string, places: readonly string[]): boolean {
  return places.some(
    (place) => path === place || place === "" || isWithin(path, place) || (path !== "" && isWithin(place, path)),
  );
}

function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}.`);
}
