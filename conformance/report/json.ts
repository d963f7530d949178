import { writeFile } from "node:fs/promises";
import type { Report } from "../results.ts";

/** Writes the whole report as JSON. Credentials are masked in it already. */
export async function writeJsonReport(file: string, report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}
