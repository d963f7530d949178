import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../config.ts";
import { isLoopback } from "../loopback.ts";
import type { Finding } from "./finding.ts";
import { findingsAbout, reasonOf } from "./finding.ts";

const { ok, warning, problem } = findingsAbout("Address");

/** Where the server is to listen, and who can reach it there. */
export async function checkAddress(config: Config): Promise<Finding[]> {
  const { HOST, PORT } = config;
  const place = `${HOST.includes(":") ? `[${HOST}]` : HOST}:${PORT}`;
  const findings = [await checkListening(HOST, PORT, place)];
  if (isLoopback(HOST)) return findings;
  if (config.RATE_LIMIT_ADDRESS === null && config.RATE_LIMIT_USER === null)
    findings.push(
      warning(
        "Other machines can reach it, and no request is limited. Fix: set RATE_LIMIT_ADDRESS and RATE_LIMIT_USER.",
      ),
    );
  if (config.TRUSTED_PROXIES.length === 0)
    findings.push(
      warning(
        "Other machines can reach it, and it speaks no TLS itself. Fix: put a proxy in front that does, and name it in TRUSTED_PROXIES.",
      ),
    );
  return findings;
}

async function checkListening(host: string, port: number, place: string): Promise<Finding> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return ok(port === 0 ? `${host}, any free port` : `${place} is free`);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "EADDRINUSE") {
      return (await isOneOfOurs(place))
        ? ok(`${place} has a server that runs and answers; this looked at what it runs on`)
        : problem(`${place} is taken by another program. Fix: stop that, or set PORT to another one.`);
    }
    if (reason === "EACCES") return problem(`This user may not use port ${port}. Fix: set PORT to one above 1023.`);
    return problem(`${host} is no address of this machine (${reason}). Fix: set HOST to one, such as 127.0.0.1.`);
  } finally {
    server.close();
  }
}

async function isOneOfOurs(place: string): Promise<boolean> {
  const url = `http://${place.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:")}/alive`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
    return answer.headers.has("x-request-id") && (await answer.text()) === '{"status":"ok"}';
  } catch {
    return false; // whatever it is, it does not answer as a server does
  }
}
