/** `agent_state_changed` -> `AgentStateChanged`: the component name of something with a wire name. */
export function pascalCase(wireName: string): string {
  return wireName.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
