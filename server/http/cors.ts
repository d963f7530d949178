import cors from "cors";
import type { RequestHandler } from "express";
import { requestHeaders, securitySchemes, standardHeaders } from "../../contract/index.ts";
import type { OriginPolicy } from "../identity/origins.ts";

const sent = Object.values(requestHeaders).map(({ name }) => name);

/** Lets scripts of allowed origins read answers, errors included: it stands before everything that can refuse a request. */
export function corsHeaders(origins: OriginPolicy): RequestHandler {
  return cors({
    origin: (origin, decide) => decide(null, origin !== undefined && origins.allows(origin)),
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["Authorization", "Content-Type", securitySchemes.sessionApiKey.name, ...sent],
    exposedHeaders: [...Object.values(standardHeaders).map(({ name }) => name), "Content-Disposition"],
    maxAge: 600,
  });
}
