import { readFileSync } from "node:fs";
import { join } from "node:path";
import express from "express";
import type { Express, Response } from "express";

const root = join(import.meta.dirname, "../..");

/** Serves the documents as they are published, without what is switched off, and the page that a person begins at. */
export function mountDocuments(app: Express, { enableV1 }: { enableV1: boolean }): void {
  const openapi = readFileSync(join(root, enableV1 ? "openapi.yaml" : "generated/documents/openapi.without-v1.yaml"));
  const asyncapi = readFileSync(
    join(root, enableV1 ? "asyncapi.yaml" : "generated/documents/asyncapi.without-v1.yaml"),
  );
  const home = readFileSync(join(root, "console/index.html"));
  app.get("/openapi.yaml", (_req, res) => send(res, openapi, "application/yaml")); // RFC 9512
  app.get("/asyncapi.yaml", (_req, res) => send(res, asyncapi, "application/yaml"));
  app.use(
    "/assets",
    express.static(join(root, "console/assets"), { cacheControl: false, etag: false, lastModified: false }),
  );
  app.get(["/", "/login"], (_req, res) => send(res, home, "text/html"));
}

function send(res: Response, bytes: Buffer, type: string): void {
  res.setHeader("Content-Type", `${type}; charset=utf-8`);
  res.setHeader("Content-Length", bytes.length); // for HEAD too, where node would leave it out
  res.end(bytes);
}
