/** `/a/:b` -> `/a/{b}` */
export function pathTemplate(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}
