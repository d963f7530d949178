import type { HttpRequest } from "./exchange.ts";

/** Bodies beyond this many characters are made by the command instead of being written out in it. */
const longBody = 4000;

/** A shell command that sends the request again. Secrets are the caller's to mask; `$OPENHANDS_API_KEY` is left to expand. */
export function curlOf(request: HttpRequest, mask: (text: string) => string): string {
  const words = ["curl", "-i", "-X", request.method, quote(mask(request.url.href))];
  for (const [name, value] of Object.entries(request.headers)) words.push("-H", quote(mask(`${name}: ${value}`)));
  const { body } = request;
  if (body === undefined) return words.join(" ");
  if (body.length <= longBody) return [...words, "--data-raw", quote(mask(body))].join(" ");
  return `head -c ${body.length} /dev/zero | tr '\\0' ' ' | ${[...words, "--data-binary", "@-"].join(" ")}`;
}

/** In double quotes where the key's variable must expand, in single quotes elsewhere. */
function quote(text: string): string {
  const name = "$OPENHANDS_API_KEY";
  if (!text.includes(name)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = text.split(name).map((part) => part.replace(/[\\"$`]/g, String.raw`\$&`));
  return `"${escaped.join(name)}"`;
}
