import { stringify } from "yaml";

/**
 * A document as YAML, under a line that says where it comes from.
 * @param source the files to change instead of the document
 */
export function document(content: object, source: string): string {
  const header = `# Generated from ${source} by scripts/generate.ts. Change the contract and run: npm run generate\n`;
  return header + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}
