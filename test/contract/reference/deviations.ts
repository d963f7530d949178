const conversation = "/api/conversations/{conversation_id}";

/** Where the contract, on purpose, is not as the reference says: what the comparison finds, and why it stays so. */
export const deviations: ReadonlyMap<string, string> = new Map([
  ...because("not a fact about the edit: upstream's cache, which leaks (§8.15)", [
    "observation edit: extras: _diff_cache is missing",
  ]),
  ...because(
    "upstream cannot say of these that they wait for consent, and so carries them out at once (§8.18, §8.19)",
    ["read", "write", "edit", "browse", "browse_interactive", "call_tool_mcp", "delegate"].map(
      (name) => `action ${name}: args: confirmation_state is not in the reference`,
    ),
  ),
  ...because("upstream takes any text for a state (§8.27)", [
    "action change_agent_state: args: agent_state is AgentState, not string",
  ]),
  ...because("only three numbers mean something (§5.3)", ["action loop_recovery: args: option is 1|2|3, not integer"]),
  ...because("a bare true or false says less than an acknowledgement, design §3.1", [
    `DELETE ${conversation}: answer is object, not boolean`,
    `PATCH ${conversation}: answer is object, not boolean`,
    `POST ${conversation}/exp-config: answer is object, not boolean`,
  ]),
  ...because("ids are texts, design §3.1", ["POST /api/keys: answer: id is string, not integer"]),
  ...because("a legacy of upstream's storage; tokens go through the git providers", [
    "POST /api/settings: body: secrets_store is missing",
  ]),
  ...because("upstream ignores it there, and so does the contract, as every field it does not know", [
    "POST /api/add-git-providers: body: mcp_config is missing",
  ]),
  ...because("upstream cannot express them over HTTP (§6.6); `types` takes names instead", [
    `GET ${conversation}/events: query: include_types is missing`,
    `GET ${conversation}/events: query: exclude_types is missing`,
    `GET ${conversation}/events: query: types is not in the reference`,
  ]),
  ...because("a source that does not exist is refused", [
    `GET ${conversation}/events: query: source is EventSource, not string`,
  ]),
  ...because("only operations on the API of a git host speak of it, and those are left out", [
    "enum OwnerType: nothing has exactly its values",
  ]),
  ...because("a key for a program that only reads may do no more than that", [
    "POST /api/keys: body: scope is not in the reference",
  ]),
  ...because("the server knows a user's git hosts itself", ["socket: query: providers_set is missing"]),
  ...because("the path says which sandbox is deleted", [
    "DELETE /api/v1/sandboxes/{sandbox}: query: sandbox_id may be left out",
  ]),
  ...because("a user's key does not say which sandbox is meant, as the one key of upstream's agent server does", [
    ...["POST /api/file/upload", "GET /api/file/download", "GET /api/git/changes", "GET /api/git/diff"].map(
      (request) => `${request}/{path}: query: sandbox_id is not in the reference`,
    ),
  ]),
  ...because("a count agrees with the search that has the same filters", [
    "GET /api/v1/app-conversations/count: query: include_sub_conversations is not in the reference",
  ]),
  ...because("design §3.2", [
    "socket: query: types is not in the reference",
    "socket: query: batch is not in the reference",
    "socket: receive shorthand is not in the reference",
  ]),
]);

function because(reason: string, findings: readonly string[]): [finding: string, reason: string][] {
  return findings.map((finding) => [finding, reason]);
}
