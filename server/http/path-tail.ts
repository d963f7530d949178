import type { RequestHandler } from "express";

/**
 * Lets the last parameter of some paths be all the rest of a URL's path: `/api/file/download//workspace/a%20b` and
 * `/api/file/download/%2Fworkspace%2Fa%20b` are the same. express would take a slash for the end of the parameter, and
 * ts-rest knows no wildcards. Whatever the client does, the rest goes on as one segment, its slashes encoded.
 * @param paths whose last segment is a parameter
 */
export function joinTails(paths: readonly string[]): RequestHandler {
  const prefixes = paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  return (req, _res, next) => {
    const prefix = prefixes.find((candidate) => req.url.startsWith(candidate));
    if (prefix !== undefined) req.url = prefix + joined(req.url.slice(prefix.length));
    next();
  };
}

function joined(rest: string): string {
  const end = rest.indexOf("?");
  const path = end === -1 ? rest : rest.slice(0, end);
  return path.replaceAll("/", "%2F") + rest.slice(path.length);
}
