import type { ReferenceObject } from "openapi3-ts/oas31";

export const jsonMediaType = "application/json";
export const formMediaType = "multipart/form-data";

/** The one parameter that every operation takes, by its name in `components`. */
export const requestIdParameter = "RequestId";

/** A reference to a component that is no schema. */
export function refTo(section: "headers" | "parameters" | "responses", name: string): ReferenceObject {
  return { $ref: `#/components/${section}/${name}` };
}
