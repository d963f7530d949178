import type { RequestHandler, Response } from "express";

/** Assets never change under their name; everything else is never kept. */
export const cacheHeaders: RequestHandler = (req, res, next) => {
  if (req.path.startsWith("/assets/")) {
    res.setHeader("Cache-Control", "public, max-age=2592000, immutable");
  } else neverKeep(res);
  next();
};

/** Also for an error at the path of an asset: a file that is missing today may be there tomorrow. */
export function neverKeep(res: Response): void {
  res.setHeader("Cache-Control", "no-cache, no-store, must-revalidate, max-age=0");
  res.setHeader("Pragma", "no-cache");
  res.setHeader("Expires", "0");
}
