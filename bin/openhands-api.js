#!/usr/bin/env node
// Plain JavaScript that any Node of the last years can read: it only sees to it that the rest runs on Node 24, which
// comes with the development dependencies where the system has an older one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const needed = 24;
const cli = fileURLToPath(new URL("../server/cli.ts", import.meta.url));

if (Number(process.versions.node.split(".")[0]) >= needed) {
  await import(cli);
} else {
  const bundled = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (existsSync(bundled)) runWith(bundled);
  else {
    console.error(
      `openhands-api needs Node ${needed} or newer; this is ${process.version}. Install Node ${needed}, or run npm ci here, which brings it.`,
    );
    process.exitCode = 1;
  }
}

/** @param {string} node */
function runWith(node) {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
