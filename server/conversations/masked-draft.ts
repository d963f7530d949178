import * as z from "zod";
import { ActionEvent, ObservationEvent } from "../../contract/index.ts";
import type { Mask } from "../secrets/mask.ts";
import type { EventDraft } from "../store/store.ts";

/**
 * A draft in which no known secret is left, at whatever depth. Only what the contract gives fixed words for (a state, a
 * source, the name of a field) stays as it is, even where a user has made a secret of such a word.
 */
export function maskedDraft(draft: EventDraft, mask: Mask | null): EventDraft {
  if (!mask?.mayHide(draft.body)) return draft;
  const event: unknown = JSON.parse(`{${draft.body}}`);
  const masked = masking(schemaOf(draft), event, mask);
  return { ...draft, body: JSON.stringify(masked).slice(1, -1) };
}

const actions = new Map(ActionEvent.options.map((option) => [option.shape.action.value as string, option]));
const observations = new Map(
  ObservationEvent.options.map((option) => [option.shape.observation.value as string, option]),
);

function schemaOf({ kind, type }: EventDraft): z.ZodType {
  return (kind === "action" ? actions : observations).get(type) ?? z.unknown();
}

/** The value with its free texts masked: the schema tells them from fixed words. */
function masking(schema: z.core.$ZodType, value: unknown, mask: Mask): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return masking(schema.unwrap(), value, mask);
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return value;
  if (schema instanceof z.ZodUnion)
    return masking(schema.options.find((option) => z.safeParse(option, value).success) ?? z.unknown(), value, mask);
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => masking(schema.element, item, mask));
  if (schema instanceof z.ZodObject && isObject(value)) {
    const { shape } = schema;
    return mapMembers(value, (name, member) => [
      name in shape ? name : mask.hide(name),
      masking(shape[name] ?? z.unknown(), member, mask),
    ]);
  }
  return maskAll(value, mask);
}

/** What the contract says nothing about is masked whole, names included. */
function maskAll(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask.hide(value);
  if (Array.isArray(value)) return value.map((item) => maskAll(item, mask));
  return isObject(value) ? mapMembers(value, (name, member) => [mask.hide(name), maskAll(member, mask)]) : value;
}

function mapMembers(value: object, change: (name: string, member: unknown) => [string, unknown]): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => change(name, member)));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
