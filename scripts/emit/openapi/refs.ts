import type { ReferenceObject } from "openapi3-ts/oas31";

export const jsonMediaType = "application/json";
export const formMediaType = "multipart/form-data";

/** A reference to a component that is no schema. */
export function refTo(section: "headers" | "parameters" | "responses", name: string): ReferenceObject {
  return { $ref: `#/components/${section}/${name}` };
}
