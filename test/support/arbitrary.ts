import * as fc from "fast-check";
import * as z from "zod";

type Arbitrary = fc.Arbitrary<unknown>;

/**
 * Values that a schema of the contract gives out, defaults filled in: any of them, edge cases among them.
 * @param own arbitraries for schemas whose values the schema alone does not tell, by the schema's name
 * @throws for a kind of schema that it does not know
 */
export function arbitraryOf(schema: z.core.$ZodType, own: Readonly<Record<string, Arbitrary>> = {}): Arbitrary {
  const name = z.globalRegistry.get(schema)?.id;
  const known = name === undefined ? undefined : own[name];
  if (known) return known;
  const inner = (part: z.core.$ZodType) => arbitraryOf(part, own);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return fc.record(Object.fromEntries(Object.entries(def.shape).map(([key, field]) => [key, inner(field)])), {
        requiredKeys: Object.keys(def.shape).filter((key) => !isOptional(def.shape[key])),
      });
    case "array":
      return fc.array(inner(def.element), { maxLength: 3 });
    case "record":
      return fc.dictionary(
        fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== "__proto__"),
        inner(def.valueType),
        { maxKeys: 3 },
      );
    case "union":
      return fc.oneof(...def.options.map(inner));
    case "literal":
      return fc.constantFrom(...def.values);
    case "enum":
      return fc.constantFrom(...Object.values(def.entries));
    case "nullable":
      return fc.option(inner(def.innerType), { nil: null });
    case "optional":
    case "default":
    case "readonly":
      return inner(def.innerType);
    case "pipe":
      return inner(def.out.constructor.name === "ZodTransform" ? def.in : def.out);
    case "boolean":
      return fc.boolean();
    case "string":
      return textOf(schema as z.ZodString);
    case "number":
      return numberOf(schema as z.ZodNumber);
    case "unknown":
      return fc.jsonValue();
    default:
      throw new Error(`There is no arbitrary for the schema ${name ?? ""} of type ${def.type}.`);
  }
}

function isOptional(field: z.core.$ZodType | undefined): boolean {
  return (field as z.core.$ZodTypes | undefined)?._zod.def.type === "optional";
}

function textOf(schema: z.ZodString): Arbitrary {
  const { format, minLength } = schema;
  if (format === "datetime")
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
  if (format === "guid") return fc.uuid();
  if (format === "regex") return fc.string().map((text) => `A${text}`); // of the ones there are, all allow this
  return fc.string({ ...(minLength && { minLength }), maxLength: 20 });
}

function numberOf(schema: z.ZodNumber): Arbitrary {
  const { minValue, maxValue, isInt } = schema;
  const bounds = { min: Math.max(minValue ?? -1000, -1000), max: Math.min(maxValue ?? 1000, 1000) };
  return isInt ? fc.integer(bounds) : fc.double({ ...bounds, noNaN: true }).map((value) => value + 0); // no -0, which JSON has not
}
