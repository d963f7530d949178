import * as z from "zod";
import { exampleOf } from "./examples.ts";
import { errorSchema } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";

/**
 * The media type by which a client asks for every JSON answer in one frame: `success`, `data`, `error`. A client that does
 * not ask for it gets the plain body.
 */
export const envelopeMediaType = "application/vnd.openhands.envelope+json";

const envelopes = new WeakMap<z.ZodType, z.ZodType>();

/** The schema of a successful body in its envelope. @param body a named schema */
export function envelopeOf(body: z.ZodType): z.ZodType {
  return remembered(body, () => {
    const { id, description } = z.globalRegistry.get(body) ?? {};
    return z
      .object({
        success: z.literal(true).describe("Always true: the request was carried out."),
        data: body.describe("The plain body."),
        error: z.null().describe("Always null."),
      })
      .meta({
        id: `${id}Envelope`,
        description: `In an envelope: ${description}`,
        examples: [{ success: true, data: exampleOf(body), error: null }],
      });
  });
}

/** The schema of the body of one error in its envelope: the plain body with `data`, which is null. */
export function errorEnvelope(code: ErrorCode) {
  const body = errorSchema(code);
  const { id, description } = z.globalRegistry.get(body) ?? {};
  return remembered(body, () =>
    z.object({ ...body.shape, data: z.null().describe("Always null: there is none.") }).meta({
      id: `${id}Envelope`,
      description: `In an envelope: ${description}`,
      examples: [{ ...exampleOf(body), data: null }],
    }),
  );
}

/** One envelope a body: two schemas of one name would be two components. */
function remembered<Envelope extends z.ZodType>(body: z.ZodType, make: () => Envelope): Envelope {
  const envelope = envelopes.get(body) ?? make();
  envelopes.set(body, envelope);
  return envelope as Envelope; // a body is only ever given to one of the two functions above
}
