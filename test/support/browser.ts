import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import type { Cleanup } from "./start-server.ts";

/** Debian's; where another one is to be used, it is named in the environment. */
const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** A headless Chromium, which ends when the test is over. */
export async function openBrowser(t: Cleanup): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no ${executablePath}: install Debian's package chromium, or name another in CHROMIUM_PATH`,
    );
  }
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  t.after(() => browser.close());
  return browser;
}

/** A page with a script, and what the script has written and thrown so far. */
export interface ScriptPage {
  readonly page: Page;
  readonly lines: string[];
  readonly errors: string[];
}

/** Opens a page on an origin of its own that runs this module. There is a `<div id="root">` for what it shows. */
export async function openScript(t: Cleanup, browser: Browser, script: string): Promise<ScriptPage> {
  const server = createServer((request, response) => {
    const [type, body] =
      request.url === "/script.js"
        ? ["text/javascript", script]
        : ["text/html", '<!doctype html><div id="root"></div><script type="module" src="/script.js"></script>'];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const page = await browser.newPage();
  const [lines, errors]: [string[], string[]] = [[], []];
  page.on("console", (message) => lines.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { page, lines, errors };
}

/**
 * A module with all that it imports, for a browser.
 * @param folder where its imports are looked for
 * @param conditions of the packages' exports, besides those that bundlers set
 */
export async function bundle(source: string, folder: string, conditions: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: "tsx" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    jsx: "automatic",
    conditions,
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
