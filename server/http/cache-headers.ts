import type { RequestHandler } from "express";

/** Assets never change under their name; everything else is never kept. */
export const cacheHeaders: RequestHandler = (req, res, next) => {
  if (req.path.startsWith("/assets/")) {
    res.setHeader("Cache-Control", "public, max-age=2592000, immutable");
  } else {
    res.setHeader("Cache-Control", "no-cache, no-store, must-revalidate, max-age=0");
    res.setHeader("Pragma", "no-cache");
    res.setHeader("Expires", "0");
  }
  next();
};
