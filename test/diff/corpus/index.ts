import { asyncApi } from "./asyncapi.ts";
import { lookAlikes } from "./look-alikes.ts";
import { openApi } from "./openapi.ts";
import { asyncApiPair, openApiPair, schemaPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { schemas } from "./schemas.ts";

/** Every pair of the corpus. */
export const corpus: readonly Pair[] = [
  ...schemas.map(schemaPair),
  ...lookAlikes.map(schemaPair),
  ...openApi.map(openApiPair),
  ...asyncApi.map(asyncApiPair),
];
